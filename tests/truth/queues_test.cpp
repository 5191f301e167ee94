// Message queues: backlogs, outages, dead letters, duplicates.
#include <QtTest>

#include <cmath>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

// users -> jobs -> worker.
std::string queued(const std::string& client, const std::string& jobs, const std::string& worker,
                   const std::string& timeline = {}) {
  return "nodes:\n  users: {kind: client, " + client + "}\n  jobs: {kind: queue, " + jobs +
         "}\n  worker: {kind: service, " + worker + "}\nedges: [users -> jobs -> worker]\n" +
         (timeline.empty() ? "" : "timeline: [" + timeline + "]\n");
}

Measure metric(const std::string& name) {
  return [name](const Run& r) { return metricOf(r.node("jobs"), name).value; };
}
Measure share(const std::string& part, const std::string& whole) {
  return [=](const Run& r) { return metric(part)(r) / metric(whole)(r); };
}

constexpr double kMean = 10;  // seconds of processing
constexpr double kForOnePercent = 46.0517;

std::vector<System> systems() {
  const auto unlimited = [](double visibility) {
    return queued("rate: 200/s", "prefetch: 60000, visibility_timeout: " + std::to_string(visibility) + "s",
                  "workers: 1000000, work: exponential(10s)");
  };
  return {
      {"qu-dlq-3",
       queued("rate: 200/s", "max_receives: 3, prefetch: 100, redelivery_delay: 10ms", "workers: 100, work: 1ms",
              "{at: 0s, errors: worker, ratio: 20%}"),
       200,
       5e5,
       {{"dead_letter_fraction", share("dead_lettered", "enqueued")},
        {"deliveries_per_message", share("delivered", "enqueued")},
        {"worker_load_factor",
         [](const Run& r) { return r.node("worker").busyMean * r.seconds / 0.001 / metric("enqueued")(r); }}}},
      {"qu-visibility-duplicates",
       unlimited(30),
       200,
       2e5,
       {{"redelivered_fraction", share("redelivered", "enqueued")}}},
      // The tail is exponential: from the share that was redelivered follows by how much the timeout missed 1 %.
      {"qu-visibility-duplicates",
       unlimited(kForOnePercent),
       200,
       2e5,
       {{"timeout_for_1_percent_duplicates",
         [](const Run& r) { return kForOnePercent + kMean * std::log(share("redelivered", "enqueued")(r) / 0.01); }}}},
  };
}

// When the worker had answered its messages, without those that it refused while it was down.
struct Done : Observer {
  std::vector<double> at;
  void onAnswer(SimTime now, NodeId node, CallId, const Call& call) override {
    if (node == 2 && call.failure == 0) at.push_back(now.seconds());
  }
};

Simulation start(const std::string& duration, const std::string& yaml) {
  return Simulation(scenarioOf("faultline: 1\nname: q\nduration: " + duration + "\n" + yaml));
}

double depth(const Simulation& s) { return metricOf(nodeOf(s.summary(), "jobs"), "depth").last; }

}  // namespace

class TruthQueuesTest : public QObject {
  Q_OBJECT

  static QString verdict(const std::string& id, const std::string& name, double measured) {
    return QString::fromStdString(compare(id, name, {measured}));
  }

  // Ten thousand messages gather in 100 s while the workers are down; then the stream goes on at `factor` times 100/s.
  static double drainTime(const std::string& factor) {
    Simulation run =
        start("500s",
              queued("rate: 100/s, arrivals: constant", "prefetch: 10, reconnect_delay: 1ms", "workers: 10, work: 50ms",
                     "{at: 0s, crash: worker, for: 100s}, {at: 100s, traffic: users, factor: " + factor + "}"));
    run.advanceTo(seconds(101));
    SimTime now = seconds(101);
    while (depth(run) > 0 && now < seconds(500)) run.advanceTo(now = now + milliseconds(50));
    return now.seconds() - 100;
  }

 private slots:
  void messages_data() { addRows(systems()); }
  void messages() {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(systems()[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }

  void backlogDrains() {
    QCOMPARE(verdict("qu-backlog-drain", "drain_time", drainTime("1.5")), QString());
    QCOMPARE(verdict("qu-backlog-drain", "drain_time_without_new_arrivals", drainTime("0")), QString());
  }

  void backlogGrows() {
    Simulation run = start("200s", queued("rate: 250/s, arrivals: constant", "", "workers: 10, work: 50ms"));
    run.advanceTo(seconds(50));
    const double before = depth(run);
    run.advanceTo(seconds(150));
    QCOMPARE(verdict("qu-backlog-drain", "at_250_per_s_backlog_grows_by", (depth(run) - before) / 100), QString());
  }

  void consumerOutage() {
    const std::string id = "qu-consumer-outage";
    Simulation run = start("1600s", queued("rate: 80/s, arrivals: constant", "prefetch: 1, reconnect_delay: 1ms",
                                           "workers: 1, work: 10ms", "{at: 0s, crash: worker, for: 300s}"));
    Done done;
    run.observe(&done);
    run.advanceTo(seconds(300));
    QCOMPARE(
        verdict(id, "age_of_oldest_message_at_restart", run.series().find("jobs.oldest_age")->values.back() / 1000),
        QString());
    run.advanceTo(seconds(301));
    QCOMPARE(verdict(id, "peak_backlog", metricOf(nodeOf(run.summary(), "jobs"), "depth").peak), QString());
    SimTime now = seconds(301);
    while (depth(run) > 0 && now < seconds(1600)) run.advanceTo(now = now + milliseconds(100));
    QCOMPARE(verdict(id, "recovery_time_after_restart", now.seconds() - 300), QString());
    // Messages are 12.5 ms apart, so that of 150 s is the 12,000th.
    QVERIFY(done.at.size() > 12'000);
    QCOMPARE(verdict(id, "wait_of_a_message_sent_at_t150", done.at[11'999] - 150), QString());
  }
};

QTEST_APPLESS_MAIN(TruthQueuesTest)
#include "queues_test.moc"
