# The oracle of scans asks with query's name patterns.
pdns_unit_test(store_clickhouse
  FILES address client holder live schema states
        read/rows read/scan read/scan_faults read/sql write/delivery write/native_block write/outbox
  LIBS pdns_store_clickhouse pdns_store pdns_query pdns_dns fmt::fmt)
