#include "dns/rdata.h"

#include <ldns/ldns.h>

#include <cstring>
#include <memory>

#include "dns/rdata_layout.h"
#include "dns/wire_name.h"
#include "record/type_facts.h"

namespace pdns::dns {
namespace {

struct FreeRr {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};

}  // namespace

bool AppendByLdns(Bytes message, std::size_t at, record::RrType type, std::string& out) {
  const std::unique_ptr<ldns_rr, FreeRr> rr(ldns_rr_new());
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(type));
  std::size_t parsed = at;
  if (ldns_wire2rdf(rr.get(), message.data(), message.size(), &parsed) != LDNS_STATUS_OK)
    return false;
  const std::size_t fields = ldns_rr_rd_count(rr.get());
  if (fields < record::RequiredFields(type)) return false;

  Cursor cursor(message, at);
  const std::size_t length = cursor.U16();
  std::size_t position = cursor.position();
  const std::size_t end = position + length;
  for (std::size_t i = 0; i < fields; ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr.get(), i);
    if (ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME) {
      WireName name;
      position = ReadName(message, position, name);
      if (position == 0 || position > end) return false;
      AppendBytes(out, name.view());
    } else {
      const std::size_t size = ldns_rdf_size(field);
      if (size > end - position) return false;
      AppendBytes(out, message.subspan(position, size));
      position += size;
    }
  }
  return position == end;
}

std::optional<Bytes> CanonicalRdata(Bytes message, std::size_t at, record::RrType type,
                                    Scratch& scratch) {
  const RdataLayout layout = LayoutOf(type);
  if (layout.names > 0) return CutRdata(message, at, layout, scratch);
  std::string bytes;
  if (!AppendByLdns(message, at, type, bytes)) return std::nullopt;
  std::memcpy(scratch.Room(bytes.size()), bytes.data(), bytes.size());
  return scratch.Keep(bytes.size());
}

}  // namespace pdns::dns
