#include "query/question.h"

#include <fmt/format.h>

#include <algorithm>

#include "dns/text.h"
#include "query/indicator.h"
#include "query/quote.h"
#include "store/reverse_key.h"

namespace pdns::query {
namespace {

Result<NamePattern> PatternOf(std::string_view text, Syntax syntax) {
  if (syntax == Syntax::kGlob) return NamePattern::Glob(text);
  if (syntax == Syntax::kRegex) return NamePattern::Regex(text);
  return NamePattern::Parse(text);
}

Result<Question> OfNames(std::string_view text, Syntax syntax, store::Index index) {
  auto pattern = PatternOf(text, syntax);
  if (!pattern.ok()) return pattern.status();
  Question question;
  question.index = index;
  std::string prefix(index == store::Index::kReverse ? 1 : 0,
                     static_cast<char>(store::Kind::kName));
  question.range = store::PrefixRange(prefix + pattern->prefix());
  if (pattern->whole())
    question.whole = index == store::Index::kReverse ? "rows that point at names" : "rows";
  if (pattern->filters()) question.names = std::make_shared<NamePattern>(std::move(*pattern));
  return question;
}

Question OfBlock(const dns::AddressBlock& block) {
  Question question;
  question.index = store::Index::kReverse;
  question.range = store::AddressRange(block.lowest(), block.highest());
  return question;
}

Result<Question> Of(std::string_view text, store::Index index) {
  const auto indicator = ParseIndicator(text);
  if (!indicator.ok()) return indicator.status();
  const bool block = indicator->kind == Indicator::Kind::kBlock;
  auto question =
      block ? OfBlock(indicator->block) : OfNames(indicator->name, Syntax::kPlain, index);
  if (!question.ok()) return question;
  const bool turned = block && index == store::Index::kForward;
  if (turned) {
    question->notice = fmt::format("{}: asking for the records that hold {} (--rdata)",
                                   Quoted(text), indicator->changed ? indicator->understood : "it");
  } else if (indicator->changed) {
    question->notice = fmt::format("{}: asking for {}", Quoted(text), indicator->understood);
  }
  return question;
}

// Character strings without their length bytes; other rdata as it is. Lower case.
std::string TextOf(const record::Tuple& tuple) {
  const bool strings = tuple.type == record::RrType::kTxt || tuple.type == record::RrType::kSpf;
  std::string text;
  Cursor cursor(tuple.rdata);
  while (strings && cursor.left() > 0) AppendBytes(text, cursor.Take(cursor.U8()));
  if (!strings || !cursor.ok()) text = AsText(tuple.rdata);
  for (char& c : text) c = static_cast<char>(LowerByte(static_cast<std::uint8_t>(c)));
  return text;
}

}  // namespace

Result<Question> AskName(std::string_view text, Syntax syntax) {
  return syntax == Syntax::kPlain ? Of(text, store::Index::kForward)
                                  : OfNames(text, syntax, store::Index::kForward);
}

Result<Question> AskRdata(std::string_view text, Syntax syntax) {
  return syntax == Syntax::kPlain ? Of(text, store::Index::kReverse)
                                  : OfNames(text, syntax, store::Index::kReverse);
}

Result<Question> AskPtr(std::string_view text) {
  const auto name = PtrName(text);
  if (!name.ok()) return name.status();
  return OfNames(*name, Syntax::kPlain, store::Index::kForward);
}

Result<Question> AskText(std::string_view text) {
  if (text.empty()) return Status::Usage("--text: give some text to look for");
  std::string wanted(text);
  for (char& c : wanted) c = static_cast<char>(LowerByte(static_cast<std::uint8_t>(c)));
  Question question;
  question.index = store::Index::kReverse;
  question.range = store::PrefixRange(std::string(1, static_cast<char>(store::Kind::kOther)));
  question.whole = "rows of text";
  question.rows = [wanted = std::move(wanted)](const record::Tuple& tuple) {
    return TextOf(tuple).find(wanted) != std::string::npos;
  };
  return question;
}

Result<Question> AskRaw(std::string_view hex) {
  std::string digits(hex);
  std::erase_if(digits, [](char c) { return c == ' ' || c == ':'; });
  auto bytes = FromHex(digits);
  if (!bytes.has_value() && FromHex(digits + '0').has_value())
    return Status::Usage(fmt::format("{}: half a byte at its end", Quoted(hex)));
  if (!bytes.has_value()) return Status::Usage(fmt::format("{} is no hex", Quoted(hex)));
  Question question;
  question.whole = "rows";
  question.rows = [bytes = std::move(*bytes)](const record::Tuple& tuple) {
    return AsText(tuple.rdata) == bytes;
  };
  return question;
}

Result<std::vector<record::RrType>> ParseTypes(std::string_view text) {
  std::vector<record::RrType> types;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    const auto type = dns::TypeFromText(one);
    if (!type.has_value()) {
      return Status::Usage(
          fmt::format("{} is no rrtype: give names (A,AAAA), numbers, TYPE65280, ANY or ANY-DNSSEC",
                      Quoted(one)));
    }
    types.push_back(*type);
    if (comma == std::string_view::npos) return types;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace pdns::query
