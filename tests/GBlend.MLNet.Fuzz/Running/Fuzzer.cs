using System.Collections.Concurrent;
using System.Diagnostics;

namespace GBlend.MLNet.Fuzz;

/// <summary>Has damaged files read by processes of their own, batch by batch, and keeps those with findings.</summary>
internal sealed class Fuzzer(FuzzOptions options, TextWriter output)
{
    private const int Batch = 200, MegabytesOfProcess = 2500, WaitingTimes = 10;

    private readonly ConcurrentQueue<Finding> _findings = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private string _temporary = "", _kept = "";

    /// <summary>Reads all files that are asked for.</summary>
    /// <returns>What was found, in the order of the files.</returns>
    internal IReadOnlyList<Finding> Run(CancellationToken cancellation)
    {
        _temporary = Directory.CreateTempSubdirectory("gblend-fuzz").FullName;
        try
        {
            foreach (var (name, count) in options.Counts.Where(c => c.Count > 0))
                Run(name, count, cancellation);
        }
        finally
        {
            Directory.Delete(_temporary, recursive: true);
        }
        output.WriteLine(_findings.IsEmpty ? "No findings." : $"{_findings.Count} findings; their files are in {_kept}.");
        return [.. _findings.OrderBy(f => f.Target, StringComparer.Ordinal).ThenBy(f => f.Number)];
    }

    private bool IsOver => _watch.Elapsed.TotalMinutes >= options.Minutes;

    private void Run(string name, int count, CancellationToken cancellation)
    {
        var target = Target.Of(name);
        string seeds = Directory.CreateDirectory(Path.Combine(_temporary, name)).FullName;
        output.WriteLine($"{name}: good files are made.");
        target.WriteSeeds(seeds, Math.Max(1, count / 8));
        var cases = new Cases(target, Seed.AllOf(seeds), options.Seed);
        var standing = new Standing(name, count, output);
        output.WriteLine($"{name}: {cases.Seeds.Count} good files; {count} damaged ones are read, seed {options.Seed}, {options.Processes} processes.");
        // Small batches spread over the processes; a large one saves starts.
        int batch = Math.Clamp(count / options.Processes, 1, Batch);
        var batches = Enumerable.Range(0, (count + batch - 1) / batch).Select(i => (From: i * batch, To: Math.Min((i + 1) * batch, count)));
        Parallel.ForEach(batches, new() { MaxDegreeOfParallelism = options.Processes, CancellationToken = cancellation }, range =>
        {
            for (int next = range.From; next < range.To && !IsOver;)
                next = RunWorker(cases, seeds, next, range.To, standing, cancellation);
        });
        output.WriteLine(standing.Summary(IsOver));
    }

    /// <summary>Has files read until all are, or one of them ends the process.</summary>
    /// <returns>The number of the next that is to be read.</returns>
    private int RunWorker(Cases cases, string seeds, int from, int to, Standing standing, CancellationToken cancellation)
    {
        using var worker = Start(cases.Target.Name, seeds, $"{options.Seed}", $"{from}", $"{to}");
        var state = new WorkerState();
        var errors = new ConcurrentQueue<string>();
        worker.ErrorDataReceived += (_, e) => errors.Enqueue(e.Data ?? "");
        worker.OutputDataReceived += (_, e) =>
        {
            if (e.Data is not { } line)
                return;
            string[] words = line.Split(' ', 3);
            if (words[0] == Worker.Finds)
                Report(cases, int.Parse(words[1]), words[2]);
            if (words[0] == Worker.Ends)
                standing.Add(words[2], cases.Seeds[int.Parse(words[1]) % cases.Seeds.Count].Name);
            if (words[0] is Worker.Begins or Worker.Ends or Worker.Finds)
                state.Set(words[0] == Worker.Begins ? int.Parse(words[1]) : null);
        };
        worker.BeginOutputReadLine();
        worker.BeginErrorReadLine();
        while (!worker.WaitForExit(100))
        {
            if (IsOver || cancellation.IsCancellationRequested)
            {
                worker.Kill(entireProcessTree: true);
                worker.WaitForExit();
                return to;
            }
            if (state.Excess(worker, cases.Target.Seconds) is { } excess)
            {
                worker.Kill(entireProcessTree: true);
                worker.WaitForExit();
                int at = state.Number!.Value;
                Report(cases, at, excess);
                return at + 1;
            }
        }
        // Until all lines have come.
        worker.WaitForExit();
        if (state.Number is { } number)
        {
            Report(cases, number, $"the process ended with {worker.ExitCode}: {string.Join(" | ", errors.TakeLast(40))}");
            return number + 1;
        }
        return worker.ExitCode == 0
            ? to
            : throw new InvalidOperationException($"A process that reads files ended with {worker.ExitCode}: {string.Join(" | ", errors)}");
    }

    private void Report(Cases cases, int number, string text)
    {
        lock (_lock)
        {
            if (_kept.Length == 0)
                _kept = (options.Findings is { } folder ? Directory.CreateDirectory(folder) : Directory.CreateTempSubdirectory("gblend-findings")).FullName;
        }
        var mutant = cases.Make(number);
        string path = Path.Combine(_kept, $"{cases.Target.Name}-{options.Seed}-{number}-{mutant.Seed.Name}");
        File.WriteAllBytes(path, mutant.Content);
        File.WriteAllText(path + ".txt", $"{mutant.Seed.Name} and {mutant.Other.Name}: {mutant.What}\n{text}\n");
        _findings.Enqueue(new(cases.Target.Name, number, mutant.Seed.Name, text, path));
        output.WriteLine($"FINDING {cases.Target.Name}:{number} ({mutant.Seed.Name}, {mutant.What}): {text[..Math.Min(text.Length, 600)]}");
        output.WriteLine($"  kept as {path}");
    }

    private Process Start(params string[] words)
    {
        string library = typeof(Worker).Assembly.Location, self = Environment.ProcessPath ?? "dotnet";
        bool isProgram = Path.GetFileNameWithoutExtension(self) == Path.GetFileNameWithoutExtension(library);
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var start = new ProcessStartInfo(isProgram || isHost ? self : "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in isProgram ? [Worker.Command, .. words] : (string[])["exec", library, Worker.Command, .. words])
            start.ArgumentList.Add(word);
        // What a killed process leaves goes with the folder.
        start.Environment["TMPDIR"] = _temporary;
        // One thread each, and memory that is freed at once, so that a file's own can be told.
        foreach (string name in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS"])
            start.Environment[name] = "1";
        start.Environment["DOTNET_gcConcurrent"] = start.Environment["DOTNET_EnableDiagnostics"] = start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_GCgen0size"] = "0x1000000";
        return Process.Start(start)!;
    }

    /// <summary>What a worker is at.</summary>
    private sealed class WorkerState
    {
        private readonly Lock _lock = new();
        private readonly Stopwatch _watch = new();
        private TimeSpan? _before;
        private int? _number;

        internal int? Number
        {
            get
            {
                lock (_lock)
                    return _number;
            }
        }

        internal void Set(int? number)
        {
            lock (_lock)
            {
                (_number, _before) = (number, null);
                _watch.Restart();
            }
        }

        /// <summary>What is too much for the file that is read.</summary>
        internal string? Excess(Process worker, int seconds)
        {
            lock (_lock)
            {
                worker.Refresh();
                if (_number is null || worker.HasExited)
                    return null;
                var used = worker.TotalProcessorTime;
                _before ??= used;
                return (used - _before.Value).TotalSeconds > seconds ? $"a hang: more than {seconds} s of processor time"
                    : _watch.Elapsed.TotalSeconds > seconds * WaitingTimes ? $"a hang: more than {seconds * WaitingTimes} s"
                    : worker.WorkingSet64 >> 20 > MegabytesOfProcess ? $"memory: the process has {worker.WorkingSet64 >> 20} MB"
                    : null;
            }
        }
    }
}

/// <summary>A file with which something was wrong.</summary>
/// <param name="Target">What read it.</param>
/// <param name="Number">Its number.</param>
/// <param name="Seed">The good file that it was made from.</param>
/// <param name="Text">What was wrong.</param>
/// <param name="Path">Where it is kept.</param>
internal sealed record Finding(string Target, int Number, string Seed, string Text, string Path);
