// What ldns makes of the rdata of one record, names decompressed and in canonical (lower) case.
#pragma once

#include <ldns/ldns.h>

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::testing {

struct LdnsRdata {
  std::string canonical;
  std::size_t fields = 0;
};

// `length_at` is the offset of RDLENGTH in the message; nothing when ldns refuses the rdata.
// Owners are left out: ldns takes no pointer to offset 0, our owners may hold one.
inline std::optional<LdnsRdata> ByLdns(Bytes message, record::RrType type, std::size_t length_at) {
  const std::unique_ptr<ldns_rr, void (*)(ldns_rr*)> rr(ldns_rr_new(), ldns_rr_free);
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(type));
  if (ldns_wire2rdf(rr.get(), message.data(), message.size(), &length_at) != LDNS_STATUS_OK) {
    return std::nullopt;
  }
  LdnsRdata rdata;
  rdata.fields = ldns_rr_rd_count(rr.get());
  for (std::size_t i = 0; i < rdata.fields; ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr.get(), i);
    if (ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME) ldns_dname2canonical(field);
    AppendBytes(rdata.canonical, {ldns_rdf_data(field), ldns_rdf_size(field)});
  }
  return rdata;
}

}  // namespace pdns::testing
