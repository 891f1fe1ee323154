pdns_unit_test(query
  FILES indicator lookup name_pattern render_json render_table request text_pattern when
  LIBS pdns_query fmt::fmt)
