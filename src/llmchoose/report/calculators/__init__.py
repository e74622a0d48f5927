"""Results of the calculators: one file each, with `render_json` and `render_terminal`."""
