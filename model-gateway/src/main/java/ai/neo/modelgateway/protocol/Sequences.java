package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.RemoteServer;
import inference.InferParameter;
import inference.ModelInferRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Which sequences go on at other servers, and where each began. Its requests have their turns one
 * after another, in the order in which they came. Safe for any thread; nothing blocks.
 *
 * <p>A sequence is forgotten when its end was answered, when nothing came for a minute, or for as
 * long as its model says if that is longer, and when {@value #MAX} others went on since.
 */
final class Sequences {

  static final int MAX = 10_000;

  /** Turns that may be waited for in one sequence. */
  static final int WAITING_MAX = 64;

  static final Duration IDLE = Duration.ofMinutes(1);

  private static final String ID = "sequence_id";
  private static final String START = "sequence_start";
  private static final String END = "sequence_end";

  private final LongSupplier clock;

  /** Those that went on last come last. */
  private final Map<Key, Sequence> open = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param clock monotonic nanoseconds
   */
  Sequences(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * What tells sequences apart, as for Triton.
   *
   * @param version as the request names it; empty for the alias
   * @param id with its type: the text "7" is another than the number
   */
  record Key(String model, String version, String id) {

    /** Empty for a request that belongs to none. */
    static Optional<Key> of(ModelInferRequest request) {
      InferParameter id = request.getParametersOrDefault(ID, InferParameter.getDefaultInstance());
      String text =
          switch (id.getParameterChoiceCase()) {
            case INT64_PARAM ->
                id.getInt64Param() == 0 ? "" : Long.toUnsignedString(id.getInt64Param());
            case STRING_PARAM ->
                id.getStringParam().isEmpty() ? "" : "'" + id.getStringParam() + "'";
            default -> ""; // the server says what is wrong with it
          };
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(new Key(request.getModelName(), request.getModelVersion(), text));
    }
  }

  /** Where a sequence began. */
  record Place(RemoteServer server, String version) {}

  static boolean starts(ModelInferRequest request) {
    return says(request, START);
  }

  static boolean ends(ModelInferRequest request) {
    return says(request, END);
  }

  private static boolean says(ModelInferRequest request, String flag) {
    return request.getParametersOrDefault(flag, InferParameter.getDefaultInstance()).getBoolParam();
  }

  /**
   * Takes the request's turn, now or when those before it are over.
   *
   * @return false when too many wait already; then there is no turn
   */
  boolean enter(Key key, Consumer<Turn> taken) {
    Turn turn;
    synchronized (this) {
      Sequence sequence = known(key);
      turn = new Turn(key, sequence);
      if (sequence.busy) {
        if (sequence.waiting.size() >= WAITING_MAX) {
          return false;
        }
        sequence.waiting.add(() -> taken.accept(turn));
        return true;
      }
      sequence.busy = true;
    }
    taken.accept(turn);
    return true;
  }

  synchronized int size() {
    return open.size();
  }

  private Sequence known(Key key) {
    Sequence known = open.get(key);
    if (known != null && known.isIdle()) {
      open.remove(key);
      known = null;
    }
    int tooMany = known == null ? open.size() + 1 - MAX : 0;
    Iterator<Sequence> eldest = open.values().iterator();
    while (eldest.hasNext()) {
      Sequence sequence = eldest.next();
      if (sequence.busy) {
        continue;
      }
      if (!sequence.isIdle() && tooMany <= 0) {
        break; // those that follow went on later
      }
      eldest.remove();
      tooMany--;
    }
    return open.computeIfAbsent(key, k -> new Sequence());
  }

  private final class Sequence {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private Optional<Place> place = Optional.empty();
    private boolean busy;
    private long touchedNs = clock.getAsLong();
    private long idleNs = IDLE.toNanos();

    private boolean isIdle() {
      return !busy && clock.getAsLong() - touchedNs >= idleNs;
    }
  }

  /** One request's turn; the next one's comes when {@link #over} is told, which it must be. */
  final class Turn {
    private final Key key;
    private final Sequence sequence;
    private boolean isOver;

    private Turn(Key key, Sequence sequence) {
      this.key = key;
      this.sequence = sequence;
    }

    String id() {
      return key.id();
    }

    /** Where the sequence goes on; empty when this is the first that is known of it. */
    Optional<Place> place() {
      synchronized (Sequences.this) {
        return sequence.place;
      }
    }

    /**
     * The sequence begins here.
     *
     * @param idle how long the model keeps it
     */
    void begin(Place place, Duration idle) {
      synchronized (Sequences.this) {
        sequence.place = Optional.of(place);
        sequence.idleNs = Math.max(idle.toNanos(), IDLE.toNanos());
      }
    }

    /**
     * Lets the next one have its turn.
     *
     * @param last whether the sequence is over too
     */
    void over(boolean last) {
      Runnable next;
      synchronized (Sequences.this) {
        if (isOver) {
          return;
        }
        isOver = true;
        sequence.touchedNs = clock.getAsLong();
        if (last) {
          sequence.place = Optional.empty();
        }
        next = sequence.waiting.poll();
        if (next == null) {
          sequence.busy = false;
          open.get(key); // the latest now
          if (sequence.place.isEmpty()) {
            open.remove(key, sequence);
          }
        }
      }
      if (next != null) {
        next.run();
      }
    }
  }
}
