#include "dns/text.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "base/whole_number.h"
#include "record/type_facts.h"

namespace pdns::dns {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};

enum class Form : std::uint8_t { kDecimal, kPlain, kEscaped };  // by number: \ and three digits

constexpr std::array<Form, 256> kForms = [] {
  std::array<Form, 256> forms{};
  for (std::size_t byte = 0x21; byte <= 0x7e; ++byte) forms[byte] = Form::kPlain;
  for (const char special : std::string_view(".\\\";()@$"))
    forms[static_cast<std::uint8_t>(special)] = Form::kEscaped;
  return forms;
}();

void AppendLabel(std::string& out, Bytes label) {
  for (const std::uint8_t byte : label) {
    if (kForms[byte] == Form::kDecimal) {
      out += fmt::format("\\{:03}", byte);
    } else {
      if (kForms[byte] == Form::kEscaped) out.push_back('\\');
      out.push_back(static_cast<char>(byte));
    }
  }
}

std::optional<record::RrType> TypeFromNumber(std::string_view digits) {
  const auto number = WholeNumber<std::uint16_t>(digits);
  if (!number.has_value()) return std::nullopt;
  return static_cast<record::RrType>(*number);
}

std::string MakeTypeText(std::uint16_t number) {
  const record::TypeFacts& facts = record::FactsOf(static_cast<record::RrType>(number));
  if (!facts.mnemonic.empty() && !facts.rare) return std::string(facts.mnemonic);
  const std::unique_ptr<char, Free> text(ldns_rr_type2str(static_cast<ldns_rr_type>(number)));
  return text != nullptr && !facts.rare ? text.get() : fmt::format("TYPE{}", number);
}

// Nearly every name is letters, digits, hyphens and underscores, which mean themselves: read here
// for a tenth of what ldns takes. Nothing: another reader must look, whether it is a name or not.
std::optional<record::Name> PlainName(std::string_view text) {
  std::array<std::uint8_t, record::kMaxNameLength> wire;
  if (text.size() + 2 > wire.size()) return std::nullopt;
  std::size_t label = 0;  // where its length stands
  std::size_t at = 1;
  for (const char c : text) {
    if (c == '.') {
      const std::size_t size = at - label - 1;
      if (size == 0 || size > record::kMaxLabelLength) return std::nullopt;
      wire[label] = static_cast<std::uint8_t>(size);
      label = at++;
      continue;
    }
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    if (!plain) return std::nullopt;
    wire[at++] = static_cast<std::uint8_t>(c);
  }
  const std::size_t size = at - label - 1;
  if (size > record::kMaxLabelLength) return std::nullopt;
  wire[label] = static_cast<std::uint8_t>(size);
  if (size > 0) wire[at++] = 0;
  return record::Name::FromWire({wire.data(), size > 0 ? at : label + 1});
}

}  // namespace

std::string NameToText(Bytes name) {
  if (name.size() == 1) return ".";
  std::string out;
  out.reserve(name.size());
  for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) {
    AppendLabel(out, name.subspan(at + 1, name[at]));
    out.push_back('.');
  }
  return out;
}

std::optional<record::Name> NameFromText(std::string_view text) {
  if (auto plain = text.empty() ? std::nullopt : PlainName(text); plain.has_value()) return plain;
  const std::string terminated(text);
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  ldns_rdf* parsed = nullptr;
  if (ldns_str2rdf_dname(&parsed, terminated.c_str()) != LDNS_STATUS_OK) return std::nullopt;
  const std::unique_ptr<ldns_rdf, Free> rdf(parsed);
  return record::Name::FromWire({ldns_rdf_data(rdf.get()), ldns_rdf_size(rdf.get())});
}

std::string TypeToText(record::RrType type) {
  constexpr std::size_t kUsual = 66;  // up to HTTPS
  static const std::array<std::string, kUsual> kTexts = [] {
    std::array<std::string, kUsual> made;
    for (std::size_t i = 0; i < kUsual; ++i) made[i] = MakeTypeText(static_cast<std::uint16_t>(i));
    return made;
  }();
  const auto number = static_cast<std::uint16_t>(type);
  return number < kUsual ? kTexts[number] : MakeTypeText(number);
}

std::optional<record::RrType> TypeFromText(std::string_view text) {
  constexpr std::string_view kPrefix = "TYPE";
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (upper.find('\0') != std::string::npos) return std::nullopt;  // ldns would stop there
  if (const auto number = TypeFromNumber(upper); number.has_value()) return number;
  if (upper.starts_with(kPrefix))
    return TypeFromNumber(std::string_view(upper).substr(kPrefix.size()));
  for (const record::TypeFacts& facts : record::kTypeFacts) {
    if (!upper.empty() && facts.mnemonic == upper) return facts.type;
  }
  const ldns_rr_type type = ldns_get_rr_type_by_name(upper.c_str());
  if (type == 0) return std::nullopt;
  return static_cast<record::RrType>(type);
}

}  // namespace pdns::dns
