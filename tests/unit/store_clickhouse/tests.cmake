pdns_unit_test(store_clickhouse
  FILES address client live schema states
  LIBS pdns_store_clickhouse fmt::fmt)
