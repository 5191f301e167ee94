#include "parts/lock_table.h"

#include <QtTest>

using namespace faultline;
using Mode = LockTable::Mode;

class LockTableTest : public QObject {
  Q_OBJECT

 private slots:
  void compatibility_data() {
    QTest::addColumn<int>("held");
    QTest::addColumn<int>("wanted");
    QTest::addColumn<bool>("isGranted");
    const bool table[3][3] = {{true, false, false}, {false, true, false}, {false, false, false}};
    for (int held = 0; held < 3; ++held)
      for (int wanted = 0; wanted < 3; ++wanted)
        QTest::addRow("%d then %d", held, wanted) << held << wanted << table[held][wanted];
  }
  void compatibility() {
    QFETCH(int, held);
    QFETCH(int, wanted);
    QFETCH(bool, isGranted);
    LockTable locks(1);
    QVERIFY(locks.acquire(0, {0}, static_cast<Mode>(held)));
    QCOMPARE(locks.acquire(1, {0}, static_cast<Mode>(wanted)), isGranted);
  }

  void waitersAreServedInOrder() {
    LockTable locks(1);
    std::vector<LockTable::Owner> granted;
    QVERIFY(locks.acquire(0, {0, 7}, Mode::Exclusive));
    QVERIFY(!locks.acquire(1, {0, 7}, Mode::Exclusive));
    QVERIFY(!locks.acquire(2, {0, 7}, Mode::Exclusive));
    QVERIFY(locks.acquire(3, {0, 8}, Mode::Exclusive));
    locks.release({0, 7}, Mode::Exclusive, granted);
    QCOMPARE(granted, (std::vector<LockTable::Owner>{1}));
    locks.release({0, 7}, Mode::Exclusive, granted);
    QCOMPARE(granted, (std::vector<LockTable::Owner>{1, 2}));
    locks.release({0, 7}, Mode::Exclusive, granted);
    QVERIFY(locks.acquire(4, {0, 7}, Mode::Exclusive));
  }

  void aWaitingExclusiveHoldsUpThoseBehind() {
    LockTable locks(1);
    std::vector<LockTable::Owner> granted;
    QVERIFY(locks.acquire(0, {0}, Mode::Intent));
    QVERIFY(!locks.acquire(1, {0}, Mode::Exclusive));
    QVERIFY(!locks.acquire(2, {0}, Mode::Intent));
    QVERIFY(!locks.acquire(3, {0}, Mode::Intent));
    locks.stopWaiting(1, granted);
    QCOMPARE(granted, (std::vector<LockTable::Owner>{2, 3}));
  }

  void clearForgetsEverything() {
    LockTable locks(2);
    QVERIFY(locks.acquire(0, {1}, Mode::Exclusive));
    QVERIFY(!locks.acquire(1, {1}, Mode::Intent));
    locks.clear();
    QVERIFY(locks.acquire(2, {1}, Mode::Exclusive));
  }
};

QTEST_APPLESS_MAIN(LockTableTest)
#include "lock_table_test.moc"
