#include "store_clickhouse/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "store_clickhouse/curl_library.h"

namespace pdns::store_clickhouse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptError = 2048;  // bytes of an answer that is an error
constexpr std::size_t kShownError = 300;  // of them in a message
constexpr long kOk = 200;

// Codes of exceptions, src/Common/ErrorCodes.cpp of ClickHouse; the same in all versions.
constexpr std::array kDeniedCodes{164L, 192L, 193L, 194L, 291L, 492L, 497L, 516L};
constexpr std::array kAbsentCodes{60L, 81L};
constexpr std::array kBusyCodes{159L, 202L, 241L, 242L, 252L};
constexpr long kNoSpace = 243;

template <class Codes>
bool IsOf(const Codes& codes, long code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

void StartLibrary() {
  // Never cleaned up: it serves until the process ends.
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kStarted);
}

// What one answer was, as far as it is kept.
struct Answer {
  bool clickhouse = false;  // a header of ClickHouse's came
  bool framed = false;      // a header says where the answer ends
  long exception = 0;       // of X-ClickHouse-Exception-Code
  std::string error;        // the start of an answer that is none
  bool handed = false;      // the sink got a part
  bool ended = false;       // by the sink
  bool overdue = false;
};

// "Code: 60, ...": the number of an exception at the start of a text; 0 if there is none.
long CodeOf(std::string_view text) {
  constexpr std::string_view kMark = "Code: ";
  if (!text.starts_with(kMark)) return 0;
  long code = 0;
  std::from_chars(text.data() + kMark.size(), text.data() + text.size(), code);
  return code;
}

bool LooksLikeHtml(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '<';
}

std::string Shown(std::string_view text) {
  constexpr std::string_view kNoise = "e.displayText() = DB::Exception: ";
  std::string shown(text.substr(0, text.find('\n')));
  if (const std::size_t at = shown.find(kNoise); at != std::string::npos)
    shown.erase(at, kNoise.size());
  if (const std::size_t at = shown.find(", e.what()"); at != std::string::npos) shown.resize(at);
  const bool cut = shown.size() > kShownError;
  shown.resize(std::min(shown.size(), kShownError));
  return Printable(shown) + (cut ? "..." : "");
}

}  // namespace

class Client::Impl {
 public:
  Impl(const Address& address, std::size_t shard, const std::string& password,
       const Limits& limits);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Query(std::string_view sql, const Settings& settings, const BodySink& sink);
  Status Send(const std::string& url, std::string_view body, const BodySink& sink, bool once);
  Status Change(const std::string& url, std::string_view body, const Upload* upload = nullptr);
  std::string Url(const Settings& settings, std::string_view query) const;

  const std::string& name() const { return name_; }
  void set_interrupt(Interrupt interrupt) { interrupt_ = std::move(interrupt); }

 private:
  void SetUp(const std::string& url, std::string_view body, bool once);
  Status StatusOf(CURLcode code, long status) const;
  Status OfTransport(CURLcode code) const;
  Status OfException(long exception) const;
  std::string Escaped(std::string_view text) const;

  static std::size_t OnRead(char* into, std::size_t size, std::size_t count, void* self);
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent);

  const Endpoint endpoint_;
  const std::string name_;
  const std::string base_;  // of URLs
  const std::string user_;
  const std::string certificate_file_;
  const Limits limits_;
  Interrupt interrupt_;
  CURL* curl_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> curl_error_{};
  const BodySink* sink_ = nullptr;
  const Upload* upload_ = nullptr;  // in place of the body
  std::uint64_t read_ = 0;          // of it
  Answer answer_;
  curl_off_t sent_ = 0;        // of the body
  Clock::time_point heard_{};  // when either side had sent something last
};

Client::Impl::Impl(const Address& address, std::size_t shard, const std::string& password,
                   const Limits& limits)
    : endpoint_(address.shards[shard]),
      name_(fmt::format("shard {} ({})", shard + 1, endpoint_.text())),
      base_(fmt::format("{}://{}/?", address.tls ? "https" : "http", endpoint_.text())),
      user_(address.user),
      certificate_file_(address.certificate_file),
      limits_(limits) {
  StartLibrary();
  curl_ = curl_easy_init();
  // Not in the URL, which servers log.
  for (const std::string& header :
       {"X-ClickHouse-User: " + user_, password.empty() ? "" : "X-ClickHouse-Key: " + password,
        std::string("Content-Type: application/octet-stream"), std::string("Expect:")}) {
    if (!header.empty()) headers_ = curl_slist_append(headers_, header.c_str());
  }
}

Client::Impl::~Impl() {
  curl_slist_free_all(headers_);
  curl_easy_cleanup(curl_);
}

// A body that ends early would leave both sides waiting.
std::size_t Client::Impl::OnRead(char* into, std::size_t size, std::size_t count, void* self) {
  Impl& impl = *static_cast<Impl*>(self);
  const auto part = impl.upload_->read(into, size * count);
  impl.read_ += part.value_or(0);
  const bool early = part == std::size_t{0} && impl.read_ < impl.upload_->size;
  return part.has_value() && !early ? *part : CURL_READFUNC_ABORT;
}

std::size_t Client::Impl::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  Answer& answer = static_cast<Impl*>(self)->answer_;
  constexpr std::string_view kOurs = "x-clickhouse-";
  constexpr std::string_view kCode = "x-clickhouse-exception-code:";
  std::string line(data, size * count);
  for (char& c : line) c = static_cast<char>(LowerByte(static_cast<std::uint8_t>(c)));
  if (line.starts_with(kOurs)) answer.clickhouse = true;
  if (line.starts_with("content-length:") || line.starts_with("transfer-encoding:"))
    answer.framed = true;
  if (line.starts_with(kCode)) {
    const std::size_t at = std::min(line.find_first_not_of(' ', kCode.size()), line.size());
    std::from_chars(line.data() + at, line.data() + line.size(), answer.exception);
  }
  return size * count;
}

std::size_t Client::Impl::OnBody(char* data, std::size_t size, std::size_t count, void* self) {
  Impl& impl = *static_cast<Impl*>(self);
  const std::size_t all = size * count;
  long status = 0;
  curl_easy_getinfo(impl.curl_, CURLINFO_RESPONSE_CODE, &status);
  if (status != kOk || !impl.answer_.clickhouse) {
    std::string& error = impl.answer_.error;
    error.append(data, std::min(all, kKeptError - error.size()));
    return all;
  }
  impl.answer_.handed = true;
  impl.answer_.ended = !(*impl.sink_)(AsBytes({data, all}));
  impl.heard_ = Clock::now();  // behind the sink, which may have waited for a person
  return impl.answer_.ended ? 0 : all;
}

int Client::Impl::OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  Impl& impl = *static_cast<Impl*>(self);
  const Clock::time_point now = Clock::now();
  if (sent != impl.sent_) impl.heard_ = now;
  impl.sent_ = sent;
  impl.answer_.overdue = now - impl.heard_ > impl.limits_.answer;
  return impl.answer_.overdue || (impl.interrupt_ && impl.interrupt_()) ? 1 : 0;
}

void Client::Impl::SetUp(const std::string& url, std::string_view body, bool once) {
  const long own = once ? 1 : 0;
  curl_easy_reset(curl_);  // keeps the connection
  curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_PROXY, "");
  curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  // A server that is gone without a word ends even a wait of days.
  curl_easy_setopt(curl_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, curl_error_.data());
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(curl_, CURLOPT_POST, 1L);
  const std::uint64_t size = upload_ != nullptr ? upload_->size : body.size();
  curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
  curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, upload_ != nullptr ? nullptr : body.data());
  curl_easy_setopt(curl_, CURLOPT_READFUNCTION, upload_ != nullptr ? &OnRead : nullptr);
  curl_easy_setopt(curl_, CURLOPT_READDATA, this);
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits_.connect.count()));
  curl_easy_setopt(curl_, CURLOPT_FRESH_CONNECT, own);
  curl_easy_setopt(curl_, CURLOPT_FORBID_REUSE, own);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl_, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, this);
  if (!certificate_file_.empty())
    curl_easy_setopt(curl_, CURLOPT_CAINFO, certificate_file_.c_str());
}

std::string Client::Impl::Escaped(std::string_view text) const {
  char* escaped = curl_easy_escape(curl_, text.data(), static_cast<int>(text.size()));
  std::string copy = escaped == nullptr ? "" : escaped;
  curl_free(escaped);
  return copy;
}

std::string Client::Impl::Url(const Settings& settings, std::string_view query) const {
  std::string url = base_;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!url.ends_with('?')) url += '&';
    url += name;
    url += '=';
    url += Escaped(value);
  };
  add("wait_end_of_query", "1");
  if (query.empty()) add("buffer_size", std::to_string(limits_.buffer));
  for (const auto& [name, value] : settings) add(name, value);
  if (!query.empty()) add("query", query);
  return url;
}

Status Client::Impl::Send(const std::string& url, std::string_view body, const BodySink& sink,
                          bool once) {
  if (!LoadCurl().ok()) return LoadCurl();
  if (curl_ == nullptr) return Status::Io(name_ + ": no memory for a connection");
  answer_ = {};
  sink_ = &sink;
  curl_error_[0] = '\0';
  sent_ = 0;
  heard_ = Clock::now();
  SetUp(url, body, once);
  const CURLcode code = curl_easy_perform(curl_);
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  return StatusOf(code, status);
}

Status Client::Impl::Query(std::string_view sql, const Settings& settings, const BodySink& sink) {
  const std::string url = Url(settings, {});
  Status first = Send(url, sql, sink, false);
  // A connection that was kept may have been closed by the other side meanwhile. libcurl sees to
  // most of that itself.
  long made = 0;
  curl_easy_getinfo(curl_, CURLINFO_NUM_CONNECTS, &made);
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  const bool stale = !first.ok() && made == 0 && status == 0 && !answer_.handed;
  Status asked = std::move(first);
  if (stale && !(interrupt_ && interrupt_())) asked = Send(url, sql, sink, true);
  // Such an answer ends with its connection, and so looks whole where it was cut between two rows.
  if (asked.ok() && !answer_.framed && !answer_.ended) {
    return Status::Io(name_ +
                      ": an answer without a length, of which nobody knows whether it is "
                      "whole: a proxy may stand between");
  }
  return asked;
}

Status Client::Impl::Change(const std::string& url, std::string_view body, const Upload* upload) {
  std::string said;
  const BodySink keep = [&said](Bytes part) {
    AppendBytes(said, part.first(std::min(part.size(), kKeptError - said.size())));
    return true;
  };
  upload_ = upload;
  read_ = 0;
  Status sent = Send(url, body, keep, true);
  upload_ = nullptr;
  if (!sent.ok() || said.empty()) return sent;
  answer_.error = said;
  if (const long exception = CodeOf(said); exception != 0) return OfException(exception);
  return Status::Io(fmt::format("{}: it answers what it never should: {}", name_, Shown(said)));
}

Status Client::Impl::StatusOf(CURLcode code, long status) const {
  if (answer_.ended) return {};
  if (code != CURLE_OK) return OfTransport(code);
  const std::string& error = answer_.error;
  const long exception = answer_.exception != 0 ? answer_.exception : CodeOf(error);
  if (status == kOk && answer_.clickhouse && exception == 0) return {};
  if (exception != 0) return OfException(exception);
  if (answer_.clickhouse) return Status::Io(fmt::format("{}: HTTP status {}", name_, status));
  const std::string_view what = LooksLikeHtml(error) ? "a page of HTML" : "something else";
  return Status::Malformed(
      fmt::format("{}: no ClickHouse answers there, but {} (HTTP status {}): a proxy may stand "
                  "between, or the port is another program's; the HTTP interface is wanted",
                  name_, what, status));
}

Status Client::Impl::OfTransport(CURLcode code) const {
  const char* words = curl_error_[0] != '\0' ? curl_error_.data() : curl_easy_strerror(code);
  const std::string shown = Shown(words);
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      if (answer_.overdue) {
        return Status::Io(
            fmt::format("{}: nothing was heard for {} s", name_, limits_.answer.count()));
      }
      return Status::Io(name_ + ": the wait for an answer was ended");
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return Status::Io(fmt::format("{}: cannot be reached: {}", name_, shown));
    case CURLE_OPERATION_TIMEDOUT:
      return Status::Io(fmt::format("{}: no answer in time: {}", name_, shown));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
      return Status::Malformed(
          fmt::format("{}: no HTTP is spoken there: {}: the port of the HTTP interface is wanted, "
                      "8123 by default",
                      name_, shown));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return Status::Denied(fmt::format(
          "{}: its certificate is not trusted: {}: ca=PATH names the authority", name_, shown));
    default:
      return Status::Io(fmt::format("{}: the connection failed: {}", name_, shown));
  }
}

Status Client::Impl::OfException(long exception) const {
  std::string text = Shown(answer_.error);
  if (text.empty()) text = fmt::format("Code: {}", exception);
  std::string message = fmt::format("{}: {}", name_, text);
  if (IsOf(kDeniedCodes, exception)) {
    message += fmt::format(": look at user \"{}\", its password and its rights", user_);
    return Status::Denied(std::move(message));
  }
  if (IsOf(kAbsentCodes, exception))
    return Status::NoInput(message + ": pdns-admin init-cluster makes the tables");
  if (exception == kNoSpace) return Status::Disk(std::move(message));
  if (IsOf(kBusyCodes, exception)) return Status::Busy(std::move(message));
  return Status::Io(std::move(message));
}

Client::Client(const Address& address, std::size_t shard, const std::string& password,
               const Limits& limits)
    : impl_(std::make_unique<Impl>(address, shard, password, limits)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

void Client::set_interrupt(Interrupt interrupt) { impl_->set_interrupt(std::move(interrupt)); }

const std::string& Client::name() const { return impl_->name(); }

Status Client::Query(std::string_view sql, const Settings& settings, const BodySink& sink) {
  return impl_->Query(sql, settings, sink);
}

Result<std::string> Client::Ask(std::string_view sql, const Settings& settings, std::size_t most) {
  std::string body;
  bool fits = true;
  Status asked = Query(sql, settings, [&](Bytes part) {
    fits = part.size() <= most - body.size();
    if (fits) AppendBytes(body, part);
    return fits;
  });
  if (!asked.ok()) return asked;
  if (!fits) return Status::Malformed(fmt::format("{}: an answer over {} bytes", name(), most));
  return body;
}

Status Client::Execute(std::string_view sql) { return impl_->Change(impl_->Url({}, {}), sql); }

Status Client::Insert(std::string_view sql, const Settings& settings, std::string_view body) {
  return impl_->Change(impl_->Url(settings, sql), body);
}

Status Client::Insert(std::string_view sql, const Settings& settings, const Upload& body) {
  return impl_->Change(impl_->Url(settings, sql), {}, &body);
}

}  // namespace pdns::store_clickhouse
