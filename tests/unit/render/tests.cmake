pdns_unit_test(render
  FILES json table text
  LIBS pdns_render fmt::fmt)
