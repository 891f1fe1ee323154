pdns_unit_test(source
  FILES clock diagnosis dnstap kind listing place
  LIBS pdns_source pdns_aggregate pdns_proto PkgConfig::protobuf_c)
