pdns_unit_test(render
  FILES dot wrap format hits json list separated stats summary table table_wrap text timeline zone
  LIBS pdns_render fmt::fmt)
