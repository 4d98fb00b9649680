using System.Globalization;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.AutoML;

/// <summary>A setting that a sweep varies: over a range of numbers or a list of values.</summary>
public sealed class SweepSetting
{
    private readonly Type _type;
    private readonly bool _isWhole;
    private readonly object[]? _values;

    private SweepSetting(string path, Type type, object[]? values, double least, double most, bool isLogarithmic)
    {
        (Path, Name, _type, _values, Least, Most, IsLogarithmic) = (path, path, Nullable.GetUnderlyingType(type) ?? type, values, least, most, isLogarithmic);
        _isWhole = IsWhole(_type);
    }

    /// <summary>The path of the property, from the settings class down, for example <c>Modality1.Width</c>.</summary>
    public string Path { get; }

    /// <summary>The name of the setting in tables; by default its path, in ready spaces with the column in place of <c>Modality1</c>.</summary>
    public string Name { get; private init; }

    /// <summary>The values to choose from; empty for a range.</summary>
    public IReadOnlyList<object> Values => _values ?? [];

    /// <summary>The least number of a range.</summary>
    public double Least { get; }

    /// <summary>The largest number of a range. It is tried, of whole numbers too (Microsoft.ML.AutoML never draws it).</summary>
    public double Most { get; }

    /// <summary>A value that says whether the range is varied by its logarithm.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>Whether neighbors are alike: ranges, and choices of numbers in rising order. Other choices have no order.</summary>
    internal bool IsOrdered => _values is null || (_values.Length > 2 && _values.All(v => v is not (string or bool or Enum))
        && _values.Select(ToDouble).Zip(_values.Skip(1).Select(ToDouble)).All(p => p.First < p.Second));

    /// <summary>The number of different values that the setting can have; <see langword="null"/> for a range of real numbers.</summary>
    public int? Count => _values?.Length ?? (_isWhole ? (int)(Most - Least) + 1 : null);

    /// <summary>Looks at the settings and says whether this one has an effect; <see langword="null"/> where it always has.</summary>
    internal Func<object, bool>? Condition { get; private init; }

    /// <summary>Looks at the settings and says what the numbers of the range are multiplied by; <see langword="null"/> where they are what is tried.</summary>
    internal Func<object, double>? Scale { get; private init; }

    internal static SweepSetting Range(string path, Type type, double least, double most, bool isLogarithmic)
    {
        if (!(double.IsFinite(least) && double.IsFinite(most) && least < most))
            throw new ArgumentException(FormattableString.Invariant($"The range of {path} goes from {least} to {most}. The first must be below the second."));
        if (isLogarithmic && least <= 0)
            throw new ArgumentException(FormattableString.Invariant($"The range of {path} begins at {least}, but a logarithmic one must begin above 0."));
        if (!IsNumber(Nullable.GetUnderlyingType(type) ?? type))
            throw new ArgumentException($"{path} is a {type.Name}, which has no range. Give it a choice of values.");
        return new(path, type, null, least, most, isLogarithmic);
    }

    internal static SweepSetting Choice(string path, Type type, IReadOnlyList<object> values)
    {
        if (values.Count == 0)
            throw new ArgumentException($"{path} has no values to choose from.");
        var setting = new SweepSetting(path, type, [.. values], 0, 0, false);
        object[] converted = [.. values.Select(v => Convert(v, setting._type, path))];
        if (converted.Distinct().Count() < converted.Length)
            throw new ArgumentException($"{path} has a value more than once among its choices.");
        return new(path, type, converted, 0, 0, false);
    }

    internal SweepSetting Called(string name) => new(Path, _type, _values, Least, Most, IsLogarithmic) { Name = name, Condition = Condition, Scale = Scale };

    internal SweepSetting When(Func<object, bool> condition) =>
        new(Path, _type, _values, Least, Most, IsLogarithmic) { Name = Name, Condition = condition, Scale = Scale };

    internal SweepSetting Scaled(Func<object, double> scale) =>
        new(Path, _type, _values, Least, Most, IsLogarithmic) { Name = Name, Condition = Condition, Scale = scale };

    /// <summary>The setting with what lies above a limit brought down to it.</summary>
    internal SweepSetting AtMost(double limit)
    {
        if (Values.Count == 0 && Most <= limit)
            return this;
        object[]? values = _values is not null ? [.. _values.Select(v => Convert(Math.Min(ToDouble(v), limit), _type, Path)).Distinct()]
            : Least < limit ? null : [Convert(limit, _type, Path)];
        var (least, most, isLogarithmic) = values is null ? (Least, limit, IsLogarithmic) : (0, 0, false);
        return new(Path, _type, values, least, most, isLogarithmic) { Name = Name, Condition = Condition, Scale = Scale };
    }

    /// <summary>What is tried where the setting's own value is this one.</summary>
    internal object Scaled(object value, object settings) => Scale is null ? value : Convert(ToDouble(value) * Scale(settings), _type, Path);

    /// <summary>The setting's own value where this one is tried.</summary>
    internal object Unscaled(object value, double scale) => scale == 1 ? value : Convert(ToDouble(value) / scale, _type, Path);

    /// <summary>The value at a place between 0 and 1: every value of a choice and every whole number has an equal share.</summary>
    internal object At(double unit)
    {
        if (_values is not null)
            return _values[Math.Clamp((int)(unit * _values.Length), 0, _values.Length - 1)];
        // Whole numbers own the interval up to the next one, so that the last has its share as well.
        double most = _isWhole ? Most + 1 : Most;
        double number = IsLogarithmic ? Least * Math.Pow(most / Least, unit) : Least + ((most - Least) * unit);
        return Convert(Math.Clamp(_isWhole ? Math.Floor(number) : number, Least, Most), _type, Path);
    }

    /// <summary>The middle of the places that have this value.</summary>
    internal double UnitOf(object value)
    {
        if (_values is not null)
            return (Array.IndexOf(_values, value) + 0.5) / _values.Length;
        double number = ToDouble(value), most = _isWhole ? Most + 1 : Most;
        if (_isWhole)
            number = IsLogarithmic ? Math.Sqrt(number * (number + 1)) : number + 0.5;
        return Math.Clamp(IsLogarithmic ? Math.Log(number / Least) / Math.Log(most / Least) : (number - Least) / (most - Least), 0, 1);
    }

    /// <summary>The value that is nearest to one outside: an end of a range, the nearest number of a choice, or the first of a choice without order.</summary>
    internal object NearestTo(object value) => _values is null ? ValueOf(value)
        : _values.All(v => IsNumber(v.GetType())) ? _values.MinBy(v => Math.Abs(ToDouble(v) - ToDouble(value)))!
        : _values[0];

    internal bool Contains(object value) => _values is not null ? _values.Contains(value) : ToDouble(value) >= Least && ToDouble(value) <= Most;

    internal JsonNode ToJson(object value) => value switch
    {
        bool b => JsonValue.Create(b),
        Enum e => JsonValue.Create(e.ToString()),
        string s => JsonValue.Create(s),
        double or float => JsonValue.Create(ToDouble(value)),
        _ => JsonValue.Create(System.Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };

    internal object FromJson(JsonNode node) => node.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.String => Convert((string)node!, _type, Path),
        System.Text.Json.JsonValueKind.Number => Convert((double)node, _type, Path),
        _ => Convert((bool)node, _type, Path),
    };

    /// <summary>A plain value as one of the setting: brought into a range.</summary>
    internal object ValueOf(object plain) => Convert(_values is not null ? plain : Math.Clamp(ToDouble(plain), Least, Most), _type, Path);

    /// <summary>What the setting is, exactly: part of a sweep's identity.</summary>
    internal string Describe() => _values is not null
        ? $"{Path}: {string.Join(", ", _values.Select(v => System.Convert.ToString(v, CultureInfo.InvariantCulture)))}"
        : FormattableString.Invariant($"{Path}: {Least:R} to {Most:R}") + (IsLogarithmic ? ", logarithmic" : "") + (Scale is null ? "" : ", scaled");

    /// <inheritdoc/>
    public override string ToString() => Describe();

    private static bool IsWhole(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(byte);

    private static bool IsNumber(Type type) => IsWhole(type) || type == typeof(double) || type == typeof(float);

    private static double ToDouble(object value) => System.Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static object Convert(object value, Type type, string path)
    {
        try
        {
            return value.GetType() == type ? value
                : type.IsEnum ? (value is string name ? Enum.Parse(type, name) : Enum.ToObject(type, value))
                : System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            throw new ArgumentException($"{path} is a {type.Name} and can't be '{System.Convert.ToString(value, CultureInfo.InvariantCulture)}'.", e);
        }
    }
}
