pdns_unit_test(dnstap FILES decode fields LIBS pdns_dnstap pdns_proto PkgConfig::protobuf_c)
