#include "query/request.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/bytes.h"

namespace pdns::query {
namespace {

constexpr std::uint8_t kVersion = 1;

// Each part says how long it is, so that no two requests run into the same bytes.
class Canonical {
 public:
  Canonical() { Byte(kVersion); }

  void Byte(std::uint8_t byte) { bytes_.push_back(static_cast<char>(byte)); }
  void Number(std::uint64_t number) { AppendVarint(bytes_, number); }
  void Text(std::string_view text) { AppendSized(bytes_, text); }
  void Time(std::chrono::sys_seconds time) {
    AppendU64(bytes_, static_cast<std::uint64_t>(time.time_since_epoch().count()));
  }
  // A bound that was given as "7d" is the same tomorrow.
  void Bound(std::chrono::sys_seconds time, const Ago& ago) {
    Byte(ago.has_value() ? 1 : 0);
    Time(ago.has_value() ? std::chrono::sys_seconds(*ago) : time);
  }
  // A set: in order, each once.
  void Set(std::vector<std::string> texts) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    Number(texts.size());
    for (const std::string& text : texts) Text(text);
  }

  std::string Release() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

void AppendWindow(Canonical& out, const Between& between) {
  out.Bound(between.from, between.from_ago);
  out.Bound(between.to, between.to_ago);
}

std::vector<std::string> IdentitiesOf(const std::vector<ask::NamePattern>& patterns) {
  std::vector<std::string> identities;
  identities.reserve(patterns.size());
  for (const ask::NamePattern& pattern : patterns) identities.push_back(pattern.Identity());
  return identities;
}

std::string IdentityOf(const dns::AddressBlock& block) {
  return std::string(AsText(block.lowest())).append(AsText(block.highest()));
}

void AppendFilter(Canonical& out, const Filter& filter) {
  out.Text(filter.types.Identity());
  AppendWindow(out, filter.first);
  AppendWindow(out, filter.last);
  out.Number(filter.min_count);
  out.Number(filter.max_count);
  out.Byte(filter.active.has_value() ? 1 : 0);
  if (filter.active.has_value()) {
    out.Bound(filter.active->from, filter.active->from_ago);
    out.Bound(filter.active->to, filter.active->to_ago);
  }
  out.Set(IdentitiesOf(filter.bailiwicks));
  out.Set(IdentitiesOf(filter.excluded_names));
  std::vector<std::string> blocks;
  for (const dns::AddressBlock& block : filter.excluded_addresses)
    blocks.push_back(IdentityOf(block));
  out.Set(std::move(blocks));
}

// The texts of a list stand in the order of the database, so that the same list in another order is
// the same.
void AppendQuestions(Canonical& out, const Request& request) {
  out.Number(request.questions.size());
  for (const Asking& asking : request.questions) out.Text(asking.question.identity);
  out.Byte(request.list != nullptr ? 1 : 0);
  if (request.list == nullptr) return;
  out.Number(request.list->size());
  for (std::size_t i = 0; i < request.list->size(); ++i) out.Text((*request.list)[i].text);
}

void AppendPivot(Canonical& out, const std::optional<PivotRequest>& pivot) {
  out.Byte(pivot.has_value() ? 1 : 0);
  if (!pivot.has_value()) return;
  if (const auto* name = std::get_if<record::Name>(&pivot->start)) {
    out.Byte(0);
    out.Text(AsText(name->wire()));
  } else {
    out.Byte(1);
    out.Text(IdentityOf(std::get<dns::AddressBlock>(pivot->start)));
  }
  out.Number(pivot->depth);
  out.Number(pivot->max_fanout);
  out.Number(static_cast<std::uint64_t>(pivot->slack.count()));
}

// What rows there are, and in which order.
void AppendAnswer(Canonical& out, const Request& request) {
  AppendQuestions(out, request);
  out.Byte(static_cast<std::uint8_t>(request.trust));
  AppendFilter(out, request.filter);
  out.Set(request.sensors);
  out.Byte(request.new_since.has_value() ? 1 : 0);
  if (request.new_since.has_value()) out.Bound(request.new_since->time, request.new_since->ago);
  AppendPivot(out, request.pivot);
  out.Byte(request.ordered() ? 1 : 0);
  if (!request.ordered()) return;
  out.Byte(static_cast<std::uint8_t>(request.order->by));
  out.Byte(request.order->reverse ? 1 : 0);
}

}  // namespace

bool Request::may_have_cursor() const {
  const bool any_order = ordered() || new_since.has_value();
  return !pivot.has_value() && !(distinct() && any_order);
}

Status CheckRequest(const Request& request) {
  if (Status filter = request.filter.Check(); !filter.ok()) return filter;
  const bool quarantined = request.trust == store::Trust::kQuarantined;
  const bool asked = !request.questions.empty() || request.list != nullptr;
  const bool part = request.limit != 0 || request.offset != 0 || !request.cursor.empty();
  if (request.new_since.has_value() &&
      (quarantined || request.order.has_value() || request.pivot.has_value())) {
    return Status::Usage(
        "new rows are trusted ones in the order in which they were stored: there is no other "
        "order, no quarantine and no pivot of them");
  }
  if (request.pivot.has_value() &&
      (quarantined || request.order.has_value() || request.show == Show::kHits)) {
    return Status::Usage("a pivot has neither an order, nor quarantined rows, nor hits");
  }
  if (request.show == Show::kGraph && !request.pivot.has_value())
    return Status::Usage("there is a graph of a pivot only");
  if (part && (request.show == Show::kHits || request.show == Show::kGraph))
    return Status::Usage("limit, offset and cursor are of rows, not of hits or a graph");
  if (!asked && !request.pivot.has_value() &&
      (!request.new_since.has_value() || request.show == Show::kHits)) {
    return Status::Usage("nothing is asked");
  }
  if (!request.cursor.empty() && !request.may_have_cursor()) {
    return Status::Usage(
        "a cursor goes neither with a pivot nor with names or values in an order of their own");
  }
  return {};
}

std::string CanonicalBytes(const Request& request) {
  Canonical out;
  AppendAnswer(out, request);
  out.Byte(static_cast<std::uint8_t>(request.show));
  out.Number(request.limit);
  out.Number(request.offset);
  out.Text(request.cursor);
  return out.Release();
}

Sha256Digest HashOf(const Request& request) { return Sha256(AsBytes(CanonicalBytes(request))); }

Sha256Digest AnswerHash(const Request& request) {
  Canonical out;
  AppendAnswer(out, request);
  out.Byte(static_cast<std::uint8_t>(request.distinct() ? request.show : Show::kRows));
  return Sha256(AsBytes(out.Release()));
}

}  // namespace pdns::query
