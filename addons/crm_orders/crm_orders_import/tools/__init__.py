from . import columns, people, records, spreadsheet, table, text_table, values
