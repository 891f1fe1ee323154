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
  Size size;
  std::size_t bytes;
  Ending ending{};
};

Answerer::Answerer(const Settings& settings)
    : most_time_(settings.most_time),
      most_endless_(std::max<std::size_t>(1, settings.most_at_once / 4)),
      places_(settings.patience),
      moment_(settings.open),
      threads_(settings.most_at_once) {}

void Answerer::End() {
  stop_.Request();
  const auto late = std::chrono::steady_clock::now() + kGrace;
  constexpr std::chrono::milliseconds kLook(10);
  // One look more than needed: what was said last is still to be sent.
  for (bool over = false; !over && std::chrono::steady_clock::now() < late;) {
    over = endless_ == 0;
    std::this_thread::sleep_for(kLook);
  }
}

void Answerer::RefuseBusy(Asked& asked) {
  http::Answer busy = asked.refusal(503, kBusy);
  busy.headers.emplace_back("Retry-After", "1");
  Send(asked, std::move(busy));
}

void Answerer::Make(Job& job) {
  job.ending.stop = &stop_;
  job.ending.asker = &job.asked.asker;
  if (job.size != Size::kEndless) {
    job.ending.deadline = std::chrono::steady_clock::now() + most_time_;
    job.ending.written = job.ending.deadline + most_time_;
  }
  auto snapshot = moment_.NewSnapshot();
  if (!snapshot.ok()) return Refuse(job.asked, 503, snapshot.status().message());
  Body body(std::move(job.asked.reply), {.type = job.type}, job.asked.refusal);
  const std::uint64_t rows = job.answer(std::move(*snapshot), job.ending, body);
  job.asked.asker.Done(body.status(), rows);
}

void Answerer::MakeInTurn(Job& job) {
  const Places::Want want{.who = job.asked.asker.Who(),
                          .places = job.size == Size::kLarge ? std::size_t{4} : std::size_t{1},
                          .bytes = job.bytes};
  const auto unwanted = [&] { return job.asked.reply.gone() || stop_.requested(); };
  if (!places_.Claim(want, unwanted)) return RefuseBusy(job.asked);
  Make(job);
  job.answer = {};  // what it holds goes before the next one is let in
  places_.Free(want);
}

void Answerer::Start(Asked asked, const char* type, Answering answer, Size size,
                     std::size_t bytes) {
  const bool endless = size == Size::kEndless;
  if (endless && endless_.fetch_add(1) >= most_endless_) {
    --endless_;
    return RefuseBusy(asked);
  }
  // std::function wants what can be copied.
  const auto job =
      std::make_shared<Job>(Job{std::move(asked), type, std::move(answer), size, bytes});
  const bool started = threads_.Start([this, job, endless] {
    if (job->size == Size::kSorted || job->size == Size::kLarge) {
      MakeInTurn(*job);
    } else {
      Make(*job);
    }
    if (endless) --endless_;
  });
  if (started) return;
  if (endless) --endless_;
  RefuseBusy(job->asked);
}

}  // namespace pdns::serve
