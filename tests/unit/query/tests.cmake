pdns_unit_test(query
  FILES request lookup render_json render_table
  LIBS pdns_query fmt::fmt)
