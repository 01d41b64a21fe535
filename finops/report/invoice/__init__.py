"""Lay the check of an invoice out: a page, a workbook and charts."""
