# The oracle asks with query's name patterns.
pdns_unit_test(store_rocks
  FILES journal merge sensors sorted_rows totals type_counts
        write/batch write/expire write/full write/kill write/large write/long write/reverse_rows write/seen_cache
        write/tidy
        check/copy check/damage check/files check/log_check check/open check/table_tail
        verify/key_sums verify/verify repair/repair backup/backup backup/note backup/retention
        read/each read/oracle read/readers read/reverse read/values
  LIBS pdns_store_rocks pdns_store pdns_query pdns_dns PkgConfig::rocksdb fmt::fmt
  HEAVY COST 60 SHARDS 3)
