#include "metrics/answers.h"

#include <string>
#include <string_view>
#include <utility>

#include "metrics/figures_text.h"

namespace pdns::metrics {
namespace {

using http::Answer;

// More than there are connections, so that the oldest of as many is gone as a rule.
constexpr std::size_t kMostWaiting = 256;

constexpr const char* kFiguresType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kPage =
    "/metrics  figures, in the text format of Prometheus\n"
    "/health   200 while the process is well, else 503\n"
    "/ready    200 while it takes frames, else 503\n";

Answer Text(int status, std::string_view body) {
  Answer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

Answer Whether(bool yes) { return yes ? Text(200, "ok\n") : Text(503, "no\n"); }

}  // namespace

Answers::Answers(Source source) : source_(std::move(source)), thread_([this] { Collect(); }) {}

Answers::~Answers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Answers::Serve(const http::Request& request, http::Reply reply) {
  if (request.method != "GET" && request.method != "HEAD") {
    Answer refusal = Text(405, "only GET and HEAD\n");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return reply.Send(std::move(refusal));
  }
  if (request.path == "/") return reply.Send(Text(200, kPage));
  if (request.path == "/health") return reply.Send(Whether(source_.healthy()));
  if (request.path == "/ready") return reply.Send(Whether(source_.ready()));
  if (request.path != "/metrics") return reply.Send(Text(404, "not here; see /\n"));
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() == kMostWaiting) {
      waiting_.front().Send(Text(503, "no figures: the system does not answer\n"));
      waiting_.pop_front();
    }
    waiting_.push_back(std::move(reply));
  }
  changed_.notify_one();
}

void Answers::Collect() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    auto replies = std::exchange(waiting_, {});
    lock.unlock();
    Answer answer = Text(200, FiguresText(source_.figures()));
    answer.type = kFiguresType;
    for (http::Reply& reply : replies) reply.Send(answer);
    replies.clear();
    lock.lock();
  }
}

}  // namespace pdns::metrics
