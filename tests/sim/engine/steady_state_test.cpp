// Once a run has what it needs, an event costs no allocation: what is in flight is reused, and so is all that waits.
#include <QtTest>
#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "support/program.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

void* countedAligned(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto a = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(a, (size + a - 1) / a * a)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return countedAligned(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return countedAligned(size, alignment); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

using namespace faultline;

class SteadyStateTest : public QObject {
  Q_OBJECT
 private slots:
  void countsAllocations() {
    const std::uint64_t before = allocations;
    delete new volatile int(1);
    QCOMPARE(allocations - before, std::uint64_t{1});
  }

  void eventsAllocateNothing_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"tests/bench/w2.yaml", "scenarios/missing_index_cascade.yaml",
                             "scenarios/systems/url_shortener.yaml", "scenarios/systems/checkout_audit.yaml"})
      QTest::newRow(file) << QString(file);
  }
  void eventsAllocateNothing() {
    QFETCH(QString, file);
    Result<Scenario> read = readScenarioFile(sourceFile(file).toStdString());
    QVERIFY(read.ok());
    read.value.sample = seconds(1);
    Simulation simulation(read.value);
    // Several stretches, each between two samples, which do take memory.
    std::uint64_t made = 0, events = 0;
    for (int second = 20; second < 30; ++second) {
      simulation.advanceTo(SimTime{} + seconds(second) + milliseconds(50));
      const std::uint64_t allocationsBefore = allocations, eventsBefore = simulation.events();
      simulation.advanceTo(SimTime{} + seconds(second) + milliseconds(950));
      made += allocations - allocationsBefore;
      events += simulation.events() - eventsBefore;
    }
    QVERIFY(events > 1000);
    // A list grows when a busier instant than ever comes, which is rarer and rarer; nothing is taken for each event.
    QVERIFY2(made < 5 + events / 1000, qPrintable(QString("%1 allocations in %2 events").arg(made).arg(events)));
  }
};

QTEST_APPLESS_MAIN(SteadyStateTest)
#include "steady_state_test.moc"
