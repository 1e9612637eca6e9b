"""Archives as spreadsheets: one sheet per resource, one row per record, and back again without loss.

`cells` says how a value stands in a cell, `columns` how a record becomes columns, `layout` which sheets there are;
`xlsx` and `csvs` are the two files it can be; `write` makes one of an archive's members, `read` makes members of one.
docs/spreadsheets.md tells the same to merchants.
"""
