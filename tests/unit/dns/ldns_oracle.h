// What ldns makes of one record of a message, names decompressed and lower case.
#pragma once

#include <ldns/ldns.h>

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace pdns::testing {

struct LdnsRdata {
  std::string canonical;
  std::size_t fields = 0;
};

// The record at `at`, owner first; nothing when ldns refuses it.
inline std::optional<LdnsRdata> ByLdns(Bytes message, std::size_t at) {
  ldns_rr* parsed = nullptr;
  if (ldns_wire2rr(&parsed, message.data(), message.size(), &at, LDNS_SECTION_ANSWER) !=
      LDNS_STATUS_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<ldns_rr, void (*)(ldns_rr*)> rr(parsed, ldns_rr_free);
  ldns_rr2canonical(rr.get());
  LdnsRdata rdata;
  rdata.fields = ldns_rr_rd_count(rr.get());
  for (std::size_t i = 0; i < rdata.fields; ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr.get(), i);
    // Types younger than RFC 4034 that ldns leaves as they are: NSEC, LP, SVCB, HTTPS.
    if (ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME) ldns_dname2canonical(field);
    AppendBytes(rdata.canonical, {ldns_rdf_data(field), ldns_rdf_size(field)});
  }
  return rdata;
}

}  // namespace pdns::testing
