pdns_unit_test(store_clickhouse
  FILES address client live schema states write/delivery write/native_block write/outbox
  LIBS pdns_store_clickhouse pdns_dns fmt::fmt)
