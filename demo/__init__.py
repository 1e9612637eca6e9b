"""``make demo``: one store copied into another, through the same HTTP interface that the page uses."""
