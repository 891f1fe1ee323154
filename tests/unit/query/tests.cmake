pdns_unit_test(query
  FILES indicator lookup name_pattern request sort_key sorter text_pattern when
  LIBS pdns_query fmt::fmt)
