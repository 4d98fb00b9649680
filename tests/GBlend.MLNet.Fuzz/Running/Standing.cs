using System.Diagnostics;
using System.Globalization;

namespace GBlend.MLNet.Fuzz;

/// <summary>How far the files of one target are.</summary>
internal sealed class Standing(string target, int count, TextWriter output)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _said;
    private int _read, _refused;
    private (double Value, string Name) _slowest, _largest;

    /// <summary>Counts a file by what its worker says: what became of it, milliseconds, megabytes.</summary>
    internal void Add(string words, string name)
    {
        string[] parts = words.Split(' ');
        double milliseconds = double.Parse(parts[1], CultureInfo.InvariantCulture), megabytes = double.Parse(parts[2], CultureInfo.InvariantCulture);
        lock (_lock)
        {
            _ = parts[0] == "read" ? _read++ : _refused++;
            _slowest = milliseconds > _slowest.Value ? (milliseconds, name) : _slowest;
            _largest = megabytes > _largest.Value ? (megabytes, name) : _largest;
            if (_watch.Elapsed - _said < s_pause)
                return;
            _said = _watch.Elapsed;
        }
        output.WriteLine(Text(""));
    }

    internal string Summary(bool isOver) => Text(isOver ? ", out of time" : ", done");

    private string Text(string end)
    {
        lock (_lock)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{target}: {_read + _refused} of {count}{end}: {_read} read, {_refused} refused, {_watch.Elapsed.TotalSeconds:0} s; "
                + $"the slowest {_slowest.Value:0} ms ({_slowest.Name}), the most memory {_largest.Value:0} MB ({_largest.Name})");
        }
    }
}
