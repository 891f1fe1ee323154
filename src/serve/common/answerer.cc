#include "serve/common/answerer.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace pdns::serve {

void Send(Asked& asked, http::Answer answer) {
  asked.asker.Done(answer.status, 0);
  asked.reply.Send(std::move(answer));
}

void Refuse(Asked& asked, int status, std::string_view text) {
  Send(asked, asked.refusal(status, text));
}

void RefusePath(Asked& asked) {
  Refuse(asked, 404, "there is nothing of this path; / says what there is");
}

void RefuseMethod(Asked& asked, std::string_view text, const char* allowed) {
  http::Answer answer = asked.refusal(405, text);
  answer.headers.emplace_back("Allow", allowed);
  Send(asked, std::move(answer));
}

std::chrono::sys_seconds NowInSeconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

struct Answerer::Job {
  Asked asked;
  const char* type;
  Answering answer;
  Ending ending{};
};

Answerer::Answerer(const Settings& settings)
    : most_time_(settings.most_time),
      most_{settings.most_at_once, kMostLarge, std::max<std::size_t>(1, settings.most_at_once / 4)},
      moment_(settings.open),
      threads_(settings.most_at_once) {}

void Answerer::End() {
  stop_.Request();
  const auto late = std::chrono::steady_clock::now() + kGrace;
  const auto& endless = running_.at(static_cast<std::size_t>(Size::kEndless));
  constexpr std::chrono::milliseconds kLook(10);
  // One look more than needed: what was said last is still to be sent.
  for (bool over = false; !over && std::chrono::steady_clock::now() < late;) {
    over = endless == 0;
    std::this_thread::sleep_for(kLook);
  }
}

void Answerer::RefuseBusy(Asked& asked) {
  http::Answer busy = asked.refusal(503, kBusy);
  busy.headers.emplace_back("Retry-After", "1");
  Send(asked, std::move(busy));
}

void Answerer::Make(Job& job) {
  auto snapshot = moment_.NewSnapshot();
  if (!snapshot.ok()) return Refuse(job.asked, 503, snapshot.status().message());
  Body body(std::move(job.asked.reply), {.type = job.type}, job.asked.refusal);
  const std::uint64_t rows = job.answer(std::move(*snapshot), job.ending, body);
  job.asked.asker.Done(body.status(), rows);
}

bool Answerer::ClaimPlace(Size size, const std::string& key) {
  const auto of = static_cast<std::size_t>(size);
  if (running_.at(of).fetch_add(1) >= most_.at(of)) {
    --running_.at(of);
    return false;
  }
  if (size != Size::kLarge || key.empty()) return true;
  const std::lock_guard lock(keys_mutex_);
  if (large_of_key_[key] < kMostLargeOfAKey) {
    ++large_of_key_[key];
    return true;
  }
  --running_.at(of);
  return false;
}

void Answerer::FreePlace(Size size, const std::string& key) {
  --running_.at(static_cast<std::size_t>(size));
  if (size != Size::kLarge || key.empty()) return;
  const std::lock_guard lock(keys_mutex_);
  if (--large_of_key_[key] == 0) large_of_key_.erase(key);
}

void Answerer::Start(Asked asked, const char* type, Answering answer, Size size) {
  const std::string key = asked.asker.key();
  if (!ClaimPlace(size, key)) return RefuseBusy(asked);
  // std::function wants what can be copied.
  const auto job = std::make_shared<Job>(Job{std::move(asked), type, std::move(answer)});
  job->ending = {.stop = &stop_, .asker = &job->asked.asker};
  if (size != Size::kEndless) {
    job->ending.deadline = std::chrono::steady_clock::now() + most_time_;
    job->ending.written = job->ending.deadline + most_time_;
  }
  const bool started = threads_.Start([this, job, size, key] {
    Make(*job);
    job->answer = {};  // what it holds goes before the next one is let in
    FreePlace(size, key);
  });
  if (started) return;
  FreePlace(size, key);
  RefuseBusy(job->asked);
}

}  // namespace pdns::serve
