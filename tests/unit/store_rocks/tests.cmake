# The oracle asks with query's name patterns.
pdns_unit_test(store_rocks
  FILES batch copy damage expire files full journal kill large log_check long merge open oracle readers reverse reverse_rows
        seen_cache sensors sorted_rows tidy totals values
  LIBS pdns_store_rocks pdns_store pdns_query pdns_dns PkgConfig::rocksdb fmt::fmt
  HEAVY COST 60)
