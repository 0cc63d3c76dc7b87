package dev.reeve.agent.mind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.agent.mind.ContainerRun.Role;
import dev.reeve.agent.mind.ContainerRun.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who gets which device.
class DeviceBookTest {
  private static final String TTY = "example.com/tty";

  private final DeviceBook book = new DeviceBook();

  @BeforeEach
  void offer() {
    offer("a", "b", "c");
  }

  private void offer(String... ids) {
    book.offer(ttys(ids));
  }

  private static DeviceSet ttys(String... ids) {
    var all = new TreeMap<String, List<String>>();
    all.put(TTY, List.of(ids));
    return new DeviceSet(all);
  }

  private static ContainerRun wants(String name, Role role, int amount) {
    var devices = new TreeMap<String, Integer>();
    if (amount > 0) {
      devices.put(TTY, amount);
    }
    return new ContainerRun(
        new PodProgram.Container(
            name,
            "image",
            PodProgram.PullPolicy.IF_NOT_PRESENT,
            role == Role.SIDECAR,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            devices),
        role);
  }

  private static ContainerRun app(String name, int amount) {
    return wants(name, Role.APP, amount);
  }

  private Optional<DeviceBook.Shortage> assign(String uid, ContainerRun... containers) {
    return book.assign(uid, Arrays.asList(containers));
  }

  private List<String> has(String uid, String container) {
    return book.of(uid, container).of(TTY);
  }

  @Test
  void eachContainerGetsItsOwn() {
    assertThat(assign("one", app("x", 1), app("y", 1))).isEmpty();
    assertThat(assign("two", app("x", 1))).isEmpty();

    assertThat(has("one", "x")).containsExactly("a");
    assertThat(has("one", "y")).containsExactly("b");
    assertThat(has("two", "x")).containsExactly("c");
  }

  @Test
  void whoAsksForNoneGetsNone() {
    assertThat(assign("one", app("x", 0))).isEmpty();

    assertThat(book.isHolder("one")).isFalse();
  }

  @Test
  void appsUseAgainWhatInitContainersHad() {
    assertThat(
            assign(
                "one",
                wants("first", Role.INIT, 2),
                wants("second", Role.INIT, 1),
                app("x", 1),
                app("y", 2)))
        .isEmpty();

    assertThat(has("one", "first")).containsExactly("a", "b");
    assertThat(has("one", "second")).containsExactly("a");
    assertThat(has("one", "x")).containsExactly("a");
    assertThat(has("one", "y")).containsExactly("b", "c");
  }

  @Test
  void nobodyBesideASidecarUsesWhatItHas() {
    assertThat(
            assign(
                "one",
                wants("before", Role.INIT, 1),
                wants("side", Role.SIDECAR, 1),
                wants("after", Role.INIT, 1),
                app("x", 1)))
        .isEmpty();

    assertThat(has("one", "before")).containsExactly("a");
    assertThat(has("one", "side")).containsExactly("a");
    assertThat(has("one", "after")).containsExactly("b");
    assertThat(has("one", "x")).containsExactly("b");
  }

  @Test
  void aPodGetsAllOrNothing() {
    assign("one", app("x", 2));

    var shortage = assign("two", app("x", 1), app("y", 1));

    assertThat(shortage).contains(new DeviceBook.Shortage(TTY, 1, 1, 3, List.of("one")));
    assertThat(book.isHolder("two")).isFalse();
    assertThat(assign("three", app("x", 1))).isEmpty();
    assertThat(has("three", "x")).containsExactly("c");
  }

  @Test
  void whatIsReleasedIsGivenToOthers() {
    assign("one", app("x", 3));
    assertThat(assign("two", app("x", 1))).isPresent();
    assertThat(book.takeFreed()).isFalse();

    book.release("one");

    assertThat(book.takeFreed()).isTrue();
    assertThat(book.takeFreed()).isFalse();
    assertThat(assign("two", app("x", 1))).isEmpty();
    assertThat(has("two", "x")).containsExactly("a");
  }

  @Test
  void whoStartsAgainGetsWhatItHad() {
    assign("one", app("x", 1));
    assign("two", app("x", 1));
    book.release("one");

    assign("two", app("x", 1));

    assertThat(has("two", "x")).containsExactly("b");
  }

  @Test
  void whatWasFoundIsNotGivenAgain() {
    book.found("one", "x", ttys("a"), true);
    book.found("two", "x", ttys("c"), false);

    assign("three", app("x", 1));
    assign("two", app("x", 1));

    assertThat(has("three", "x")).containsExactly("b");
    assertThat(has("two", "x")).containsExactly("c");
  }

  @Test
  void whatIsFoundOfAPodLeavesRoomForTheRestOfIt() {
    book.found("one", "init", ttys("b"), true);
    var init = wants("init", Role.INIT, 1);
    init.stage = Stage.RUNNING;

    assign("one", init, app("x", 2));

    assertThat(has("one", "init")).containsExactly("b");
    assertThat(has("one", "x")).containsExactly("b", "a");
  }

  @Test
  void anInitContainerThatIsPassedTakesNothingMore() {
    book.found("one", "x", ttys("b"), true);
    book.found("one", "y", ttys("c"), true);
    var x = app("x", 1);
    x.stage = Stage.RUNNING;
    assign("two", app("x", 1));

    assertThat(assign("one", wants("init", Role.INIT, 2), x, app("y", 1))).isEmpty();

    assertThat(has("one", "init")).containsExactly("b", "c");
    assertThat(has("one", "x")).containsExactly("b");
    assertThat(has("one", "y")).containsExactly("c");
  }

  @Test
  void whatIsNotOfferedAnyMoreStaysWithWhatRunsAndIsNotStartedWith() {
    book.found("one", "x", ttys("a"), true);
    book.found("two", "x", ttys("b"), true);
    offer("c", "d");
    var runs = app("x", 1);
    runs.stage = Stage.RUNNING;

    assign("one", runs, app("y", 1));
    assign("two", app("x", 1));

    assertThat(has("one", "x")).containsExactly("a");
    assertThat(has("one", "y")).containsExactly("c");
    assertThat(has("two", "x")).containsExactly("d");
  }

  @Test
  void aDeviceIsOneByWhicheverNameItIsAskedFor() {
    book.found("one", "x", ttys("a"), true);
    var other = new TreeMap<String, List<String>>();
    other.put("example.com/modem", List.of("a"));
    book.offer(new DeviceSet(other));
    var wanted = new TreeMap<String, Integer>();
    wanted.put("example.com/modem", 1);
    var asks =
        new PodProgram.Container(
            "x",
            "image",
            PodProgram.PullPolicy.NEVER,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            wanted);

    var shortage = assign("two", new ContainerRun(asks, Role.APP));

    assertThat(shortage)
        .contains(new DeviceBook.Shortage("example.com/modem", 1, 0, 1, List.of("one")));
  }

  @Test
  void setsAreReadAsTheyAreWritten() {
    var all = new TreeMap<String, List<String>>();
    all.put(TTY, List.of("/dev/ttyS1", "/dev/ttyS0"));
    all.put("nvidia.com/gpu", List.of("/dev/nvidia0"));
    var set = new DeviceSet(all);

    assertThat(set.text())
        .isEqualTo("example.com/tty=/dev/ttyS1,/dev/ttyS0 nvidia.com/gpu=/dev/nvidia0");
    assertThat(DeviceSet.parse(set.text())).contains(set);
    assertThat(DeviceSet.parse("")).contains(DeviceSet.NONE);
    assertThat(DeviceSet.parse("example.com/tty")).isEmpty();
  }
}
