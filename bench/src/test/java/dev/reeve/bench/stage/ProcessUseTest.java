package dev.reeve.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessUseTest {
  private static final List<String> STATUS =
      List.of("Name:\tjava", "VmPeak:\t 3511816 kB", "VmHWM:\t  131072 kB", "VmRSS:\t   98304 kB");

  /// utime 250, stime 50.
  private static final String TIMES = " S 1 1 1 0 -1 4194560 9 0 0 0 250 50 7 7 20 0 31 0 55";

  @Test
  void readsWhatTheKernelSays() {
    var use = ProcessUse.read(STATUS, "4711 (java)" + TIMES);

    assertThat(use).isEqualTo(new ProcessUse(96, 128, 3));
  }

  @Test
  void aNameMayHoldBracketsAndBlanks() {
    var use = ProcessUse.read(STATUS, "4711 (a) R 1 (b" + ")" + TIMES);

    assertThat(use.cpuSeconds()).isEqualTo(3);
  }

  @Test
  void readsThisProcess() throws Exception {
    var use = ProcessUse.of(ProcessHandle.current().pid());

    assertThat(use.resident()).isPositive().isLessThanOrEqualTo(use.peak());
    assertThat(use.cpuSeconds()).isPositive();
  }

  @Test
  void theHeapInUseIsThatOfAllGenerations() {
    var told =
        """
        4711:
         def new generation   total 118016K, used 3072K [0x1, 0x2, 0x3)
          eden space 104960K,   2% used [0x1, 0x2, 0x3)
         tenured generation   total 262144K, used 7168K [0x1, 0x2, 0x3)
           the space 262144K,   2% used [0x1, 0x2, 0x3)
         Metaspace       used 5504K, committed 5696K, reserved 1114112K
        """;

    assertThat(ProcessUse.heap(told)).isEqualTo(10);
  }

  @Test
  void aHeapMayBeOfOnePiece() {
    var told =
        " garbage-first heap   total reserved 6160384K, committed 393216K, used 5120K [0x1, 0x2)";

    assertThat(ProcessUse.heap(told)).isEqualTo(5);
  }
}
