using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// What a sweep has found out, one line of JSON a step, on the disk before the sweep goes on. A resumed sweep takes the same course and
/// finds what it would train here; a last line that was cut off is dropped.
/// </summary>
internal sealed class SweepJournal : IDisposable
{
    private const string Format = "gblend-sweep-2";

    private readonly FileStream _file;

    /// <summary>
    /// Held as long as a sweep writes. A file of its own, because the journal may be read meanwhile; the system lets go of it when the process is
    /// killed.
    /// </summary>
    private readonly FileStream _lock;

    private readonly Dictionary<(int Trial, int Repeat, int ToEpoch), (JsonObject Values, TrialOutcome Outcome, TimeSpan Elapsed)> _known = [];
    private readonly Dictionary<int, JsonObject> _points = [];

    private SweepJournal(FileStream file, FileStream lockFile) => (_file, _lock) = (file, lockFile);

    /// <summary>The steps it holds.</summary>
    internal int Count => _known.Count;

    /// <summary>Opens a journal, or begins one.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="identity">What decides results: a journal of another sweep is refused.</param>
    /// <exception cref="InvalidDataException">Damaged, or of another sweep; the message says which.</exception>
    /// <exception cref="IOException">It can't be opened, for example because another sweep writes to it.</exception>
    internal static SweepJournal Open(string path, IReadOnlyDictionary<string, string> identity)
    {
        var lockFile = Lock(path);
        var journal = new SweepJournal(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read), lockFile);
        try
        {
            journal.Read(path, identity);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    internal (TrialOutcome Outcome, TimeSpan Elapsed)? Find(TrialStep step)
    {
        if (!_known.TryGetValue((step.Trial, step.Repeat, step.ToEpoch), out var known) || !JsonNode.DeepEquals(known.Values, step.Point.ToFullJson()))
            return null;
        return (known.Outcome, known.Elapsed);
    }

    internal SweepPoint? PointOf(int trial, SweepSpace space) => _points.TryGetValue(trial, out var values) ? space.FromJson(values) : null;

    internal void Write(TrialStep step, TrialOutcome outcome, TimeSpan elapsed)
    {
        if (Find(step) is not null)
            return;
        var line = new JsonObject
        {
            ["trial"] = step.Trial,
            ["repeat"] = step.Repeat,
            ["epochs"] = step.ToEpoch,
            ["settings"] = step.Point.ToFullJson(),
            ["seconds"] = outcome.Seconds,
            ["elapsed"] = elapsed.TotalSeconds,
        };
        if (outcome.Failure is { } failure)
            line["error"] = new JsonObject { ["type"] = failure.Type, ["message"] = failure.Message };
        else
            line["metrics"] = new JsonArray([.. outcome.Metrics.Select(m => (JsonNode)m)]);
        Append(line.ToJsonString());
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new IOException($"Another sweep writes to {path}, or its folder can't be written: {e.Message}", e);
        }
    }

    private void Append(string line)
    {
        _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        _file.Flush(flushToDisk: true);
    }

    private void Read(string path, IReadOnlyDictionary<string, string> identity)
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int start = 0, number = 0;
        while (Array.IndexOf(bytes, (byte)'\n', start) is >= 0 and var end)
        {
            number++;
            try
            {
                var line = JsonNode.Parse(bytes.AsSpan(start, end - start))!.AsObject();
                if (number == 1)
                    CheckHeader(line, path, identity);
                else
                    Remember(line);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
            {
                // Only the last line can be half written; damage before it is not ours to guess at.
                if (number == 1 || end < bytes.Length - 1)
                    throw new InvalidDataException(
                        $"{path}, line {number}: not a line of a sweep's journal. Restore the file, or delete it to begin again.", e);
                break;
            }
            start = end + 1;
        }
        var sweep = new JsonObject(identity.Select(i => KeyValuePair.Create<string, JsonNode?>(i.Key, i.Value)));
        string header = new JsonObject { ["format"] = Format, ["sweep"] = sweep }.ToJsonString();
        if (start == 0 && !header.StartsWith(Encoding.UTF8.GetString(bytes), StringComparison.Ordinal))
            throw new InvalidDataException($"{path} exists and is not a journal of a sweep. Name another file.");
        _file.SetLength(start);
        _file.Position = start;
        if (start == 0)
            Append(header);
    }

    private static void CheckHeader(JsonObject line, string path, IReadOnlyDictionary<string, string> identity)
    {
        if ((string?)line["format"] != Format)
            throw new InvalidDataException($"{path} is not a journal of a sweep that this version reads ('{line["format"]}'). Name another file.");
        var differs = identity.Where(i => (string?)line["sweep"]?[i.Key] != i.Value).Select(i => i.Key).ToArray();
        if (differs.Length > 0)
        {
            string differ = differs.Length > 1 || differs[0].EndsWith('s') ? "differ" : "differs";
            throw new InvalidDataException(
                $"{path} is the journal of another sweep: its {string.Join(", ", differs)} {differ}. "
                + "Name another file, delete it to begin again, or sweep as before.");
        }
    }

    private void Remember(JsonObject line)
    {
        var values = line["settings"]!.AsObject();
        int trial = (int)line["trial"]!;
        double seconds = (double)line["seconds"]!;
        var outcome = line["error"] is { } error
            ? new TrialOutcome([], seconds, new((string)error["type"]!, (string)error["message"]!))
            : new TrialOutcome([.. line["metrics"]!.AsArray().Select(m => (double)m!)], seconds);
        _known[(trial, (int)line["repeat"]!, (int)line["epochs"]!)] = (values, outcome, TimeSpan.FromSeconds((double)line["elapsed"]!));
        _points[trial] = values;
    }
}
