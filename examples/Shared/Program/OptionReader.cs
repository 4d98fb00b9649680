using System.Globalization;
using System.Text.RegularExpressions;

namespace Examples;

/// <summary>Reads a command line option by option. Whatever is wrong is said with the option's name.</summary>
/// <param name="args">The words of the command line.</param>
/// <param name="help">The text of --help, which names all options: it says what a misspelled one may have meant.</param>
internal sealed partial class OptionReader(string[] args, string help)
{
    private const int MostEdits = 2;

    private int _next;

    /// <summary>The option that is read.</summary>
    public string Option { get; private set; } = "";

    /// <summary>Goes on to the next option.</summary>
    /// <returns>False at the end of the line.</returns>
    public bool Next()
    {
        if (_next == args.Length)
            return false;
        Option = args[_next++];
        return true;
    }

    /// <summary>The value of the option: any word but the name of another option.</summary>
    public string Value() => HasValue ? args[_next++] : throw new UserErrorException($"{Option} needs a value. See --help.");

    /// <summary>All values up to the next option, at least one.</summary>
    public IReadOnlyList<string> Values()
    {
        var values = new List<string> { Value() };
        while (HasValue)
            values.Add(Value());
        return values;
    }

    /// <summary>The parts of a value like <c>a,b,c</c>.</summary>
    public string[] List(char separator = ',') => Value().Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A whole number that is not below the least.</summary>
    public int Count(int least = 1) => CountOf(Value(), least);

    /// <summary>Whole numbers above 0, like <c>64,32</c>.</summary>
    public int[] Counts() => [.. Value().Split(',').Select(part => CountOf(part, 1))];

    /// <summary>Any whole number.</summary>
    public int Whole()
    {
        string value = Value();
        return int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new UserErrorException($"{Option} is a whole number, not '{value}'.");
    }

    /// <summary>A number between two bounds, which are not in it; the lower one is if it says so.</summary>
    public double Number(double above = 0, double below = double.PositiveInfinity, bool includesLeast = false) =>
        NumberOf(Value(), above, below, includesLeast);

    /// <summary>Numbers above 0, like <c>0.05,0.02</c>.</summary>
    public double[] Numbers() => [.. Value().Split(',').Select(part => NumberOf(part, 0, double.PositiveInfinity, includesLeast: false))];

    /// <summary>One of some names.</summary>
    public string Choice(params string[] names) => Choice([.. names.Select(n => (n, n))]);

    /// <summary>What one of some names stands for.</summary>
    public T Choice<T>(params IReadOnlyList<(string Name, T Value)> choices)
    {
        string value = Value();
        return choices.FirstOrDefault(c => c.Name == value) is { Name: not null } choice
            ? choice.Value
            : throw new UserErrorException($"{Option} is one of {string.Join(", ", choices.Select(c => c.Name))}, not '{value}'.");
    }

    /// <summary>The name of a file to be written, in a folder that is there.</summary>
    public string NewFile()
    {
        string file = Value(), folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? file;
        if (Directory.Exists(file))
            throw new UserErrorException($"{Option}: {file} is a folder. Name a file.");
        return Directory.Exists(folder) ? file : throw new UserErrorException($"{Option}: there is no folder {folder}.");
    }

    /// <summary>What to throw for an option that there is not.</summary>
    public UserErrorException Unknown()
    {
        var near = OptionNames().Matches(help).Select(m => m.Value).Distinct().Select(name => (Name: name, Edits: Edits(Option, name))).OrderBy(n => n.Edits)
            .FirstOrDefault();
        string meant = near.Name is not null && near.Edits <= MostEdits ? $" Did you mean {near.Name}?" : "";
        return new($"Unknown option '{Option}'.{meant} See --help.");
    }

    private bool HasValue => _next < args.Length && !args[_next].StartsWith("--", StringComparison.Ordinal);

    private int CountOf(string value, int least) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least
        ? count
        : throw new UserErrorException($"{Option} is a whole number {(least == 1 ? "above 0" : $"from {least} on")}, not '{value}'.");

    private double NumberOf(string value, double above, double below, bool includesLeast) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && (number > above || (includesLeast && number == above))
            && number < below
            ? number
            : throw new UserErrorException(string.Create(
                CultureInfo.InvariantCulture, $"{Option} is a number "
                    + $"{(includesLeast ? $"from {above} on" : $"above {above}")}{(double.IsFinite(below) ? $" and below {below}" : "")}, not '{value}'."));

    /// <summary>How many letters have to be added, left out or replaced to make one word of the other.</summary>
    private static int Edits(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1)), row[j]);
        }
        return row[^1];
    }

    /// <summary>Help names options at the beginning of lines; several in a line with commas between them.</summary>
    [GeneratedRegex("(?<=^ *|, )--[a-z][a-z-]*", RegexOptions.Multiline)]
    private static partial Regex OptionNames();
}
