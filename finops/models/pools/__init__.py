"""How shared costs are split."""
