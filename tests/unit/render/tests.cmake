pdns_unit_test(render
  FILES dot fold format hits json separated stats summary table table_fold text timeline zone
  LIBS pdns_render fmt::fmt)
