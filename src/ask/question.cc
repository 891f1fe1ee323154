#include "ask/question.h"

#include <fmt/format.h>

#include <algorithm>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/quote.h"
#include "dns/targets.h"
#include "dns/text.h"
#include "record/tuple_key.h"
#include "record/type_facts.h"

namespace pdns::ask {
namespace {

// Answers print a star as it is, and there are names with one in their midst.
std::string WithPlainStars(std::string_view text) {
  const std::size_t name_end = text.size() - (text.ends_with(".*.") ? 1 : 0);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool first = i == 0 && (text.size() == 1 || text[1] == '.');
    const bool last = i + 1 == name_end && i > 0 && text[i - 1] == '.';
    if ((text[i] == '*' && !first && !last) || text[i] == '+') plain.push_back('\\');
    plain.push_back(text[i]);
    if (text[i] == '\\' && i + 1 < text.size()) plain.push_back(text[++i]);
  }
  return plain;
}

Result<NamePattern> PatternOf(std::string_view text, Syntax syntax) {
  if (syntax == Syntax::kName) return NamePattern::Parse(WithPlainStars(text));
  if (syntax == Syntax::kGlob) return NamePattern::Glob(text);
  if (syntax == Syntax::kRegex) return NamePattern::Regex(text);
  return NamePattern::Parse(text);
}

enum class Form : std::uint8_t { kNames, kBlock, kText, kRaw };

std::string IdentityOf(Form form, store::Side side, std::string_view what) {
  return std::string{static_cast<char>(form), static_cast<char>(side)}.append(what);
}

Result<Question> OfNames(std::string_view text, Syntax syntax, store::Side side) {
  auto pattern = PatternOf(text, syntax);
  if (!pattern.ok()) return pattern.status();
  Question question;
  question.side = side;
  question.span.lo = pattern->prefix();
  question.identity = IdentityOf(Form::kNames, side, pattern->Identity());
  if (pattern->whole())
    question.full_scan = side == store::Side::kTarget ? "rows that point at names" : "rows";
  if (pattern->filters()) question.names = std::make_shared<NamePattern>(std::move(*pattern));
  return question;
}

Question OfBlock(const dns::AddressBlock& block) {
  Question question;
  question.side = store::Side::kAddress;
  question.span = {std::string(AsText(block.lowest())), std::string(AsText(block.highest()))};
  question.identity = IdentityOf(Form::kBlock, question.side, question.span.lo + question.span.hi);
  return question;
}

// Addresses of IPv4 as sockets of IPv6 write them (::ffff:1.2.3.4, RFC 4291 section 2.5.5.2): an A
// record holds the same address in four bytes, and this question does not find it.
std::string MappedNotice(std::string_view text, const dns::AddressBlock& block) {
  constexpr std::string_view kMapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
  const std::string_view lowest = AsText(block.lowest());
  const std::string_view highest = AsText(block.highest());
  if (!lowest.starts_with(kMapped) || !highest.starts_with(kMapped)) return {};
  dns::AddressBlock four{.size = 4};
  std::copy_n(block.first.begin() + kMapped.size(), four.size, four.first.begin());
  std::copy_n(block.last.begin() + kMapped.size(), four.size, four.last.begin());
  return fmt::format("{}: asking for AAAA records; A records hold {}", Quoted(text),
                     dns::BlockText(four));
}

Result<Question> Of(std::string_view text, store::Side side) {
  const auto indicator = ParseIndicator(text);
  if (!indicator.ok()) return indicator.status();
  const bool block = indicator->kind == Indicator::Kind::kBlock;
  auto question =
      block ? OfBlock(indicator->block) : OfNames(indicator->name, Syntax::kPlain, side);
  if (!question.ok()) return question;
  question->turned = block && side == store::Side::kOwner;
  if (question->turned) {
    question->notice = fmt::format("{}: asking for the records that hold {}", Quoted(text),
                                   indicator->changed ? indicator->understood : "it");
  } else if (indicator->changed) {
    question->notice = fmt::format("{}: asking for {}", Quoted(text), indicator->understood);
  }
  if (!block) return question;
  if (std::string mapped = MappedNotice(text, indicator->block); !mapped.empty())
    question->notice = std::move(mapped);
  return question;
}

// Character strings without their length bytes; other rdata as it is. Lower case.
std::string TextOf(const record::Tuple& tuple) {
  const bool strings = record::FactsOf(tuple.type).text;
  std::string text;
  Cursor cursor(tuple.rdata);
  while (strings && cursor.left() > 0) AppendBytes(text, cursor.Read(cursor.U8()));
  if (!strings || !cursor.ok()) text = AsText(tuple.rdata);
  return LowerText(text);
}

bool HoldsName(const Question& question, Bytes name) {
  std::string ordered;
  record::AppendOrderedName(ordered, name);
  if (!ordered.starts_with(question.span.lo)) return false;
  std::string jump;
  return question.names == nullptr || question.names->Match(ordered, jump) == store::Step::kTake;
}

// Both of one size: of another one no address is meant.
bool HoldsAddress(const store::Span& span, std::string_view address) {
  return address.size() == span.lo.size() && span.lo <= address && address <= span.hi;
}

bool PointsInto(const Question& question, const record::Tuple& tuple) {
  for (const dns::Target target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    const bool name = target.kind == dns::Target::Kind::kName;
    if (name != (question.side == store::Side::kTarget)) continue;
    if (name ? HoldsName(question, target.bytes)
             : HoldsAddress(question.span, AsText(target.bytes))) {
      return true;
    }
  }
  return false;
}

// Types without a target, but for signatures, keys and proofs of absence.
bool IsOfText(record::RrType type) {
  const record::TypeFacts& facts = record::FactsOf(type);
  return facts.target == record::TargetForm::kNone && !facts.no_reverse;
}

}  // namespace

bool Question::Holds(const record::Tuple& tuple) const {
  if (side == store::Side::kOwner && !HoldsName(*this, tuple.owner)) return false;
  if (side == store::Side::kText && !IsOfText(tuple.type)) return false;
  const bool points = side == store::Side::kTarget || side == store::Side::kAddress;
  return (!points || PointsInto(*this, tuple)) && (!rows || rows(tuple));
}

Result<Question> AskName(std::string_view text, Syntax syntax) {
  return syntax == Syntax::kPlain ? Of(text, store::Side::kOwner)
                                  : OfNames(text, syntax, store::Side::kOwner);
}

Result<Question> AskRdata(std::string_view text, Syntax syntax) {
  return syntax == Syntax::kPlain ? Of(text, store::Side::kTarget)
                                  : OfNames(text, syntax, store::Side::kTarget);
}

Result<Question> AskPtr(std::string_view text) {
  const auto name = PtrName(text);
  if (!name.ok()) return name.status();
  return OfNames(*name, Syntax::kPlain, store::Side::kOwner);
}

Result<Question> AskText(std::string_view text) {
  if (text.empty()) return Status::Usage("give some text to look for");
  std::string wanted = LowerText(text);
  Question question;
  question.side = store::Side::kText;
  question.full_scan = "rows of text";
  question.identity = IdentityOf(Form::kText, question.side, wanted);
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
  question.full_scan = "rows";
  question.identity = IdentityOf(Form::kRaw, question.side, *bytes);
  question.rows = [bytes = std::move(*bytes)](const record::Tuple& tuple) {
    return AsText(tuple.rdata) == bytes;
  };
  return question;
}

Result<std::vector<record::RrType>> ParseTypes(std::string_view text) {
  std::vector<record::RrType> types;
  for (const std::string_view one : SplitAtCommas(text)) {
    const auto type = dns::TypeFromText(one);
    if (!type.has_value()) {
      return Status::Usage(
          fmt::format("{} is no rrtype: give names (A,AAAA), numbers, TYPE65280, ANY or ANY-DNSSEC",
                      Quoted(one)));
    }
    types.push_back(*type);
  }
  return types;
}

}  // namespace pdns::ask
