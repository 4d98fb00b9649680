using System.Globalization;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using Space = Microsoft.ML.SearchSpace.SearchSpace;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// A <see cref="SweepSpace"/> as Microsoft.ML.AutoML has it, and its parameters as points. Values are read one by one: the way through
/// <c>Parameter.AsType</c> loses some types without a word.
/// </summary>
internal sealed class SearchSpaceBridge
{
    private readonly SweepSpace _space;

    /// <param name="space">The space.</param>
    /// <param name="start">Where the tuners that have a start begin, as far as it lies in the space.</param>
    internal SearchSpaceBridge(SweepSpace space, GradientBlendingSettings start)
    {
        _space = space;
        foreach (var setting in space.Settings.Where(IsSwept))
        {
            string[] names = setting.Path.Split('.');
            var nest = SearchSpace;
            foreach (string name in names[..^1])
            {
                if (!nest.ContainsKey(name))
                    nest[name] = new Space();
                nest = (Space)nest[name];
            }
            nest[names[^1]] = OptionOf(setting, SettingPath.Get(start, setting.Path));
        }
    }

    internal Space SearchSpace { get; } = [];

    /// <summary>The point that a parameter stands for.</summary>
    internal SweepPoint PointOf(Parameter parameter) => new(_space, [.. _space.Settings.Select(s => IsSwept(s) ? ValueOf(parameter, s) : s.Values[0])]);

    /// <summary>A single value has no dimension in AutoML, which its grid search does not expect.</summary>
    private static bool IsSwept(SweepSetting setting) => setting.Count != 1;

    private static OptionBase OptionOf(SweepSetting setting, object? start)
    {
        bool isInside = start is not null && setting.Contains(start);
        if (setting.Values.Count > 0)
        {
            object[] values = [.. setting.Values.Select(Plain)];
            return new ChoiceOption(values, isInside ? Plain(start!) : values[0]);
        }
        double middle = Convert.ToDouble(setting.At(0.5), CultureInfo.InvariantCulture), first = isInside ? Convert.ToDouble(start, CultureInfo.InvariantCulture) : middle;
        // AutoML never draws the maximum of whole numbers, so it gets one more, which is brought down again.
        return setting.Count is null
            ? new UniformDoubleOption(setting.Least, setting.Most, setting.IsLogarithmic, first)
            : new UniformIntOption((int)setting.Least, (int)setting.Most + 1, setting.IsLogarithmic, (int)first);
    }

    private static object ValueOf(Parameter parameter, SweepSetting setting)
    {
        var at = parameter;
        foreach (string name in setting.Path.Split('.'))
            at = at[name];
        return setting.ValueOf(at.ParameterType switch
        {
            ParameterType.String => at.AsType<string>(),
            ParameterType.Bool => at.AsType<bool>(),
            _ => at.AsType<double>(),
        });
    }

    private static object Plain(object value) => value is Enum ? value.ToString()! : value;
}
