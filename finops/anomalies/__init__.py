"""Find the days that a daily series can not explain: frames in, frames out."""
