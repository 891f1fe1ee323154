#include "dns/presentation/rdata_text.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "dns/presentation/common_form.h"
#include "dns/presentation/own_text.h"
#include "dns/text.h"

namespace pdns::dns {
namespace {

struct Free {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
  void operator()(char* text) const { std::free(text); }
};
using RrPtr = std::unique_ptr<ldns_rr, Free>;

RrPtr Parse(record::RrType type, Bytes rdata) {
  std::string wire;
  AppendU16(wire, static_cast<std::uint16_t>(rdata.size()));
  AppendBytes(wire, rdata);
  RrPtr rr(ldns_rr_new());
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(type));
  ldns_rr_set_class(rr.get(), LDNS_RR_CLASS_IN);
  std::size_t at = 0;
  const Bytes bytes = AsBytes(wire);
  if (ldns_wire2rdf(rr.get(), bytes.data(), bytes.size(), &at) != LDNS_STATUS_OK) return nullptr;
  return rr;
}

// The concatenated fields: the rdata as ldns would send it.
std::string FieldBytes(const ldns_rr& rr) {
  std::string bytes;
  for (std::size_t i = 0; i < ldns_rr_rd_count(&rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(&rr, i);
    AppendBytes(bytes, {ldns_rdf_data(field), ldns_rdf_size(field)});
  }
  return bytes;
}

std::uint64_t Integer(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// One field; `plain` turns false when the text needs to be read back. Empty: there is no text for
// it.
std::string FieldText(const ldns_rdf& field, bool& plain) {
  const Bytes bytes(ldns_rdf_data(&field), ldns_rdf_size(&field));
  switch (ldns_rdf_get_type(&field)) {
    case LDNS_RDF_TYPE_DNAME:
      return NameToText(bytes);
    case LDNS_RDF_TYPE_STR:
      return QuotedText(bytes.subspan(1));
    case LDNS_RDF_TYPE_INT8:
    case LDNS_RDF_TYPE_INT16:
    case LDNS_RDF_TYPE_INT32:
    case LDNS_RDF_TYPE_PERIOD:
      return std::to_string(Integer(bytes));
    case LDNS_RDF_TYPE_TYPE:
      return TypeToText(static_cast<record::RrType>(Integer(bytes)));
    case LDNS_RDF_TYPE_NSEC:
      plain = false;
      return BitmapText(bytes).value_or("");  // ldns has names that others know by number only
    case LDNS_RDF_TYPE_A:
    case LDNS_RDF_TYPE_AAAA:
      break;
    default:
      plain = false;
  }
  const std::unique_ptr<char, Free> text(ldns_rdf2str(&field));
  // Amid other fields the generic form says nothing to other parsers.
  const bool usable = text != nullptr && !std::string_view(text.get()).starts_with("\\#");
  return usable ? text.get() : "";
}

bool ReadsBack(record::RrType type, const std::string& text, Bytes rdata) {
  const std::string line = ". 0 IN " + TypeToText(type) + " " + text;
  ldns_rr* parsed = nullptr;
  if (ldns_rr_new_frm_str(&parsed, line.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK)
    return false;
  const RrPtr rr(parsed);
  return FieldBytes(*rr) == AsText(rdata);
}

bool IsPrintable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace

std::string RdataToText(record::RrType type, Bytes rdata) {
  // What goes by its number has no form of its own that others would read, whatever ldns prints.
  if (TypeToText(type).starts_with("TYPE") || !HasCommonForm(type, rdata))
    return GenericText(rdata);
  if (auto own = OwnText(type, rdata); own.has_value()) return std::move(*own);
  const RrPtr rr = Parse(type, rdata);
  if (rr == nullptr || rdata.empty() || FieldBytes(*rr) != AsText(rdata)) return GenericText(rdata);
  const std::size_t fields = ldns_rr_rd_count(rr.get());
  if (fields < ldns_rr_descriptor_minimum(ldns_rr_descript(static_cast<std::uint16_t>(type)))) {
    return GenericText(rdata);
  }
  std::string text;
  bool plain = true;
  for (std::size_t i = 0; i < fields; ++i) {
    const std::string field = FieldText(*ldns_rr_rdf(rr.get(), i), plain);
    if (field.empty()) return GenericText(rdata);
    if (i > 0) text.push_back(' ');
    text += field;
  }
  if (!HasCommonWords(type, text)) return GenericText(rdata);
  if (plain) return text;
  const bool faithful = IsPrintable(text) && ReadsBack(type, text, rdata);
  return faithful ? text : GenericText(rdata);
}

}  // namespace pdns::dns
