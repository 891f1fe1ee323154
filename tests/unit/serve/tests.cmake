pdns_unit_test(serve
  FILES circl dnsdb dnsdb_request common/moment common/threads common/url
  LIBS pdns_serve pdns_dns fmt::fmt LABELS threads)
