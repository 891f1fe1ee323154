pdns_unit_test(source
  FILES clock cof cof_line diagnosis dnstap kind line_reader listing place
  LIBS pdns_source pdns_aggregate pdns_proto PkgConfig::protobuf_c)
