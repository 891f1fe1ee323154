pdns_unit_test(query
  FILES lookup render_json render_table request when
  LIBS pdns_query fmt::fmt)
