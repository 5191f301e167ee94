#include "parts/key_store.h"

#include <QtTest>
#include <algorithm>
#include <optional>
#include <vector>

#include "parts/keyspace.h"

using namespace faultline;

namespace {

using Policy = KeyStore::Policy;

// The same store, as slow and as plain as can be.
class NaiveStore {
 public:
  NaiveStore(Policy policy, std::int64_t capacity) : policy_(policy), capacity_(capacity) {}

  struct Item {
    std::uint32_t key;
    std::uint64_t uses, lastUse, born;
    SimTime gone;
  };

  std::optional<std::uint64_t> get(std::uint32_t key, SimTime now) {
    Item* item = find(key, now);
    if (!item) return std::nullopt;
    touch(*item);
    return item->born;
  }
  bool put(std::uint32_t key, SimTime now, SimTime gone, std::uint64_t serial) {
    sweepLikeStore(now);
    if (Item* item = find(key, now)) {
      touch(*item);
      item->gone = gone;
      return true;
    }
    if (capacity_ >= 0 && static_cast<std::int64_t>(items.size()) >= capacity_) {
      if (policy_ == Policy::None || capacity_ == 0) return false;
      evict();
    }
    items.push_back({key, 1, ++clock_, serial, gone});
    return true;
  }
  void erase(std::uint32_t key) {
    for (std::size_t i = 0; i < items.size(); ++i)
      if (items[i].key == key) return removeAt(i);
  }
  void shrink(std::int64_t capacity) {
    capacity_ = capacity;
    while (capacity_ >= 0 && static_cast<std::int64_t>(items.size()) > capacity_) evict();
  }

  std::vector<Item> items;  // the last one moves into a gap, as in the store, so that the sweep meets the same ones

 private:
  Item* find(std::uint32_t key, SimTime now) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].key != key) continue;
      if (now < items[i].gone) return &items[i];
      removeAt(i);
      return nullptr;
    }
    return nullptr;
  }
  void touch(Item& item) {
    ++item.uses;
    item.lastUse = ++clock_;
  }
  void removeAt(std::size_t i) {
    items[i] = items.back();
    items.pop_back();
  }
  void evict() {
    const auto worse = [&](const Item& a, const Item& b) {
      if (policy_ == Policy::Lfu && a.uses != b.uses) return a.uses < b.uses;
      if (policy_ == Policy::Fifo || policy_ == Policy::None) return a.born < b.born;
      return a.lastUse < b.lastUse;
    };
    removeAt(static_cast<std::size_t>(std::min_element(items.begin(), items.end(), worse) - items.begin()));
  }
  void sweepLikeStore(SimTime now) {
    for (int i = 0; i < 2 && !items.empty(); ++i) {
      if (hand_ >= items.size()) hand_ = 0;
      if (now < items[hand_].gone) ++hand_;
      else removeAt(hand_);
    }
  }

  Policy policy_;
  std::int64_t capacity_;
  std::uint64_t clock_ = 0;
  std::size_t hand_ = 0;
};

// Hit ratio of independent requests from a key space with demand filling.
double hitRatio(Policy policy, const char* keys, std::int64_t capacity, int requests, int warmup, std::uint64_t seed = 1) {
  RandomStream luck(seed, "cache", "eviction"), keyLuck(seed, "users", "keys");
  KeySampler sampler(*parseKeySpace(keys).value);
  KeyStore store(policy, capacity, &luck);
  int hits = 0;
  for (int i = -warmup; i < requests; ++i) {
    const std::uint32_t key = sampler.draw(keyLuck);
    if (KeyEntry* entry = store.find(key, {})) {
      store.use(*entry);
      hits += i >= 0;
    } else {
      store.put(key, {});
    }
  }
  return static_cast<double>(hits) / requests;
}

}  // namespace

class KeyStoreTest : public QObject {
  Q_OBJECT

 private slots:
  void agreesWithNaiveStore_data() {
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("capacity");
    QTest::newRow("lru") << int(Policy::Lru) << 7;
    QTest::newRow("lru of one") << int(Policy::Lru) << 1;
    QTest::newRow("lru without limit") << int(Policy::Lru) << -1;
    QTest::newRow("lru of none") << int(Policy::Lru) << 0;
    QTest::newRow("lfu") << int(Policy::Lfu) << 7;
    QTest::newRow("fifo") << int(Policy::Fifo) << 7;
    QTest::newRow("none") << int(Policy::None) << 7;
  }
  void agreesWithNaiveStore() {
    QFETCH(int, policy);
    QFETCH(int, capacity);
    const auto which = static_cast<Policy>(policy);
    RandomStream luck(11, "test", "operations");
    KeyStore store(which, capacity);
    NaiveStore naive(which, capacity);
    for (std::uint64_t step = 0; step < 200'000; ++step) {
      const SimTime now{static_cast<std::int64_t>(step)};
      const auto key = static_cast<std::uint32_t>(luck.below(20));
      const std::uint64_t dice = luck.below(100);
      if (dice < 55) {
        KeyEntry* entry = store.find(key, now);
        if (entry) store.use(*entry);
        const auto expected = naive.get(key, now);
        QCOMPARE(entry != nullptr, expected.has_value());
      } else if (dice < 90) {
        const SimTime gone = dice < 70 ? kNever : SimTime{now.ns + static_cast<std::int64_t>(luck.below(60))};
        KeyEntry* entry = store.put(key, now);
        if (entry) {
          entry->expires = entry->gone = gone;
          entry->version = static_cast<std::uint32_t>(step);
        }
        QCOMPARE(entry != nullptr, naive.put(key, now, gone, step));
      } else if (dice < 99) {
        store.erase(key);
        naive.erase(key);
      } else if (capacity > 1) {
        const auto size = static_cast<std::int64_t>(1 + luck.below(10));
        store.setCapacity(size);
        naive.shrink(size);
      }
      QCOMPARE(store.size(), naive.items.size());
    }
    QVERIFY(capacity == 0 || store.size() > 0);
  }

  void randomEvictsEveryEntryAlike() {
    RandomStream luck(3, "cache", "eviction");
    std::vector<int> evicted(10);
    for (int round = 0; round < 10'000; ++round) {
      KeyStore store(Policy::Random, 10, &luck);
      for (std::uint32_t k = 0; k <= 10; ++k) store.put(k, {});
      QCOMPARE(store.size(), std::size_t{10});
      QCOMPARE(store.evictions(), std::uint64_t{1});
      for (std::uint32_t k = 0; k < 10; ++k) evicted[k] += store.find(k, {}) == nullptr;
    }
    // Binomial(10,000, 0.1): standard deviation 30.
    for (int n : evicted) QVERIFY2(std::abs(n - 1000) < 150, qPrintable(QString::number(n)));
  }

  void lfuKeepsTheFrequentAndBreaksTiesByRecency() {
    KeyStore store(Policy::Lfu, 3);
    for (std::uint32_t k : {1u, 2u, 3u}) store.put(k, {});
    for (std::uint32_t k : {1u, 1u, 3u, 2u}) store.use(*store.find(k, {}));
    store.put(4, {});  // 2 and 3 were used equally often; 3 longer ago
    QVERIFY(store.find(1, {}) && store.find(2, {}) && store.find(4, {}));
    QVERIFY(!store.find(3, {}));
    store.put(5, {});  // 4 has been used least
    QVERIFY(store.find(1, {}) && store.find(2, {}) && store.find(5, {}));
  }

  void noneRefusesUntilSomethingExpires() {
    KeyStore store(Policy::None, 1);
    KeyEntry* first = store.put(1, seconds(0));
    first->expires = first->gone = seconds(5);
    QVERIFY(!store.put(2, seconds(1)));
    QVERIFY(store.put(1, seconds(1)));
    first = store.find(1, seconds(1));
    first->expires = first->gone = seconds(5);
    QVERIFY(store.put(2, seconds(5)));
    QCOMPARE(store.expirations(), std::uint64_t{1});
    QCOMPARE(store.evictions(), std::uint64_t{0});
  }

  void expiredEntriesDoNotPileUp() {
    KeyStore store(Policy::Lru, -1);
    for (std::uint32_t k = 0; k < 100'000; ++k) {
      const SimTime now = milliseconds(k);
      KeyEntry* entry = store.put(k, now);
      entry->expires = entry->gone = now + seconds(1);
    }
    QVERIFY2(store.size() < 3'000, qPrintable(QString::number(store.size())));
  }

  void eraseShareDropsThatShare() {
    RandomStream luck(5, "cache", "flush");
    KeyStore store(Policy::Lru, -1);
    for (std::uint32_t k = 0; k < 10'000; ++k) store.put(k, {});
    store.eraseShare(0.3, luck);
    QVERIFY2(std::abs(static_cast<int>(store.size()) - 7'000) < 250, qPrintable(QString::number(store.size())));
    for (std::uint32_t k = 0; k < 10'000; ++k)
      if (const KeyEntry* entry = store.find(k, {})) QCOMPARE(entry->key, k);
    store.eraseShare(1, luck);
    QCOMPARE(store.size(), std::size_t{0});
  }

  // ca-lru-exact-5-2 and ca-lru-che-10k of the truth cases.
  void hitRatios_data() {
    QTest::addColumn<int>("policy");
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<int>("capacity");
    QTest::addColumn<double>("expected");
    QTest::addColumn<double>("tolerance");
    const QByteArray five = "zipf(1, 5)", tenThousand = "zipf(0.8, 10k)";
    QTest::newRow("lru 5 2") << int(Policy::Lru) << five << 2 << 0.518884564 << 0.0042;
    QTest::newRow("fifo 5 2") << int(Policy::Fifo) << five << 2 << 0.503649635 << 0.0042;
    QTest::newRow("random 5 2") << int(Policy::Random) << five << 2 << 0.503649635 << 0.0032;
    QTest::newRow("lru 10k") << int(Policy::Lru) << tenThousand << 500 << 0.331186234 << 0.01;
    QTest::newRow("fifo 10k") << int(Policy::Fifo) << tenThousand << 500 << 0.293747162 << 0.01;
  }
  void hitRatios() {
    QFETCH(int, policy);
    QFETCH(QByteArray, keys);
    QFETCH(int, capacity);
    QFETCH(double, expected);
    QFETCH(double, tolerance);
    const double ratio = hitRatio(static_cast<Policy>(policy), keys, capacity, 2'000'000, 200'000);
    QVERIFY2(std::abs(ratio / expected - 1) < tolerance, qPrintable(QString::number(ratio, 'g', 9)));
  }
};

QTEST_APPLESS_MAIN(KeyStoreTest)
#include "key_store_test.moc"
