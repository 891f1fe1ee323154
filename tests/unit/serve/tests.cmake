pdns_unit_test(serve
  FILES circl dnsdb dnsdb_request page common/answerer common/cors common/moment common/places common/threads common/url
        api/answer api/coverage api/lookup api/new_rows api/paths api/request
  LIBS pdns_serve pdns_page pdns_dns fmt::fmt LABELS threads)
