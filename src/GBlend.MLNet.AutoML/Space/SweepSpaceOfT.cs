using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace GBlend.MLNet.AutoML;

/// <summary>A search space over the public properties of a class that carry ML.NET's attributes (Range, Choice, BooleanChoice, NestOption).</summary>
/// <typeparam name="T">The settings class: plain, with public properties that can be set.</typeparam>
/// <remarks>Immutable: every method returns a changed copy.</remarks>
public sealed class SweepSpace<T> : SweepSpace where T : class, new()
{
    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };
    private readonly string _start;
    private readonly IReadOnlyList<Func<T, bool>> _accepts;

    /// <summary>Makes the space that the attributes describe.</summary>
    /// <param name="start">The values of what does not vary; by default those of a new <typeparamref name="T"/>.</param>
    /// <exception cref="ArgumentException">An attribute and its property don't fit, or a number is NaN or infinite; the message names it.</exception>
    public SweepSpace(T? start = null) : this(AttributedProperties.Read(typeof(T)), Serialize(start ?? new T()), [])
    {
    }

    private SweepSpace(IReadOnlyList<SweepSetting> settings, string start, IReadOnlyList<Func<T, bool>> accepts) : base(settings) =>
        (_start, _accepts) = (start, accepts);

    /// <summary>Lets a number vary over a range, be it narrower, wider or new.</summary>
    /// <param name="setting">The property, for example <c>s =&gt; s.LearningRate</c>.</param>
    /// <param name="least">The least value, which is tried.</param>
    /// <param name="most">The largest value, which is tried.</param>
    /// <param name="logarithmic">Whether it varies by its logarithm; both ends are then above 0.</param>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <exception cref="ArgumentException">Not a property, not a number, or an empty range.</exception>
    public SweepSpace<T> Range<TValue>(Expression<Func<T, TValue>> setting, TValue least, TValue most, bool logarithmic = false)
    {
        ArgumentNullException.ThrowIfNull(least);
        ArgumentNullException.ThrowIfNull(most);
        return With(SweepSetting.Range(PathOf(setting), typeof(TValue), ToDouble(least), ToDouble(most), logarithmic));
    }

    /// <summary>Lets a setting vary over some values, be they fewer, more or new.</summary>
    /// <param name="setting">The property, for example <c>s =&gt; s.Blending</c>.</param>
    /// <param name="values">The values.</param>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <exception cref="ArgumentException">Not a property, no value, or one twice.</exception>
    public SweepSpace<T> Choice<TValue>(Expression<Func<T, TValue>> setting, params TValue[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return With(SweepSetting.Choice(PathOf(setting), typeof(TValue),
            [.. values.Select(v => (object?)v ?? throw new ArgumentException("A value to choose from is null.", nameof(values)))]));
    }

    /// <summary>Keeps a setting, or all settings of a nested class, at one value.</summary>
    /// <param name="setting">The property.</param>
    /// <param name="value">Its value in all trials.</param>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    public SweepSpace<T> Fix<TValue>(Expression<Func<T, TValue>> setting, TValue value)
    {
        string path = PathOf(setting);
        var start = Start();
        SettingPath.Set(start, path, value);
        return new([.. Settings.Where(s => !IsUnder(s.Path, path))], Serialize(start), _accepts);
    }

    /// <summary>Does not vary a setting, or any setting of a nested class: it keeps the value of the start.</summary>
    /// <param name="setting">The property.</param>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    public SweepSpace<T> Without<TValue>(Expression<Func<T, TValue>> setting) => Dropping(PathOf(setting));

    /// <summary>Says when a setting has an effect at all, so that the search learns about it from such trials only.</summary>
    /// <param name="setting">A setting of the space.</param>
    /// <param name="condition">Looks at the other settings.</param>
    /// <typeparam name="TValue">The type of the property.</typeparam>
    /// <exception cref="ArgumentException">The setting does not vary.</exception>
    public SweepSpace<T> When<TValue>(Expression<Func<T, TValue>> setting, Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return With(Find(PathOf(setting)).When(settings => condition((T)settings)));
    }

    /// <summary>Leaves out combinations.</summary>
    /// <param name="accepts">Whether the settings can be tried.</param>
    public SweepSpace<T> Where(Func<T, bool> accepts)
    {
        ArgumentNullException.ThrowIfNull(accepts);
        return new(Settings, _start, [.. _accepts, accepts]);
    }

    internal SweepSpace<T> Dropping(string path) => new([.. Settings.Where(s => !IsUnder(s.Path, path))], _start, _accepts);

    internal SweepSpace<T> Called(string path, string name) => With(Find(path).Called(name));

    internal override SweepSpace<T> With(SweepSetting setting)
    {
        int index = Settings.ToList().FindIndex(s => s.Path == setting.Path);
        if (index < 0)
            return new([.. Settings, setting], _start, _accepts);
        var before = Settings[index];
        if (setting.Name == setting.Path)
            setting = setting.Called(before.Name);
        if (setting.Condition is null && before.Condition is { } condition)
            setting = setting.When(condition);
        return new([.. Settings.Select((s, i) => i == index ? setting : s)], _start, _accepts);
    }

    internal override SweepSpace WithoutPaths(IEnumerable<string> paths) => paths.Aggregate(this, (space, path) => space.Dropping(path));

    internal override object CreateSettings(IReadOnlyList<object> values)
    {
        var settings = Start();
        for (int i = 0; i < values.Count; i++)
            SettingPath.Set(settings, Settings[i].Path, values[i]);
        return settings;
    }

    internal override bool SetsOwn
    {
        get
        {
            JsonNode start = JsonNode.Parse(_start)!, plain = JsonNode.Parse(Serialize(new T()))!;
            return start.AsObject().Any(p => typeof(GradientBlendingSettings).GetProperty(p.Key) is null && !JsonNode.DeepEquals(p.Value, plain[p.Key]));
        }
    }

    internal override bool Accepts(object settings) => _accepts.All(accepts => accepts((T)settings));

    internal override string Describe() => $"{typeof(T).FullName} {_start} | {string.Join(" | ", Settings.Select(s => s.Describe()))}";

    private T Start() => JsonSerializer.Deserialize<T>(_start, s_json)!;

    private SweepSetting Find(string path) => Settings.FirstOrDefault(s => s.Path == path)
        ?? throw new ArgumentException($"{path} does not vary. What varies: {string.Join(", ", Settings.Select(s => s.Path))}.");

    private static string Serialize(T start)
    {
        try
        {
            return JsonSerializer.Serialize(start, s_json);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"The start of a {typeof(T).Name} holds what can't vary or be kept: {e.Message} Use plain finite values, null for what is not set.", e);
        }
    }

    private static bool IsUnder(string path, string parent) => path == parent || path.StartsWith(parent + ".", StringComparison.Ordinal);

    private static double ToDouble<TValue>(TValue value)
    {
        try
        {
            return Convert.ToDouble(value, CultureInfo.InvariantCulture);
        }
        catch (InvalidCastException e)
        {
            throw new ArgumentException($"A {typeof(TValue).Name} has no range. Give it a choice of values.", e);
        }
    }

    private static string PathOf<TValue>(Expression<Func<T, TValue>> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var names = new Stack<string>();
        var at = setting.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : setting.Body;
        for (; at is MemberExpression { Member: PropertyInfo property } member; at = member.Expression)
            names.Push(property.Name);
        return at is ParameterExpression && names.Count > 0
            ? string.Join(".", names)
            : throw new ArgumentException($"'{setting.Body}' is not a property of {typeof(T).Name}. Write it as s => s.LearningRate.", nameof(setting));
    }
}
