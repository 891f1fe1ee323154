pdns_unit_test(query
  FILES request lookup
  LIBS pdns_query fmt::fmt)
