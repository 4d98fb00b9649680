using System.Globalization;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using Space = Microsoft.ML.SearchSpace.SearchSpace;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// A space as Microsoft.ML.AutoML has it, and its parameters as points. Values are read one by one: the way through
/// <c>Parameter.AsType</c> loses some types without a word.
/// </summary>
internal sealed class SearchSpaceBridge
{
    private readonly ForeignSpace _space;

    internal SearchSpaceBridge(ForeignSpace space)
    {
        _space = space;
        foreach (var setting in space.Settings)
        {
            string[] names = setting.Setting.Path.Split('.');
            var nest = SearchSpace;
            foreach (string name in names[..^1])
            {
                if (!nest.ContainsKey(name))
                    nest[name] = new Space();
                nest = (Space)nest[name];
            }
            nest[names[^1]] = OptionOf(setting.Setting, setting.Start);
        }
    }

    internal Space SearchSpace { get; } = [];

    /// <summary>Says where the search does not begin at the trainer's own settings; <see langword="null"/> where it does.</summary>
    internal string? Note => _space.Note;

    /// <summary>The point that a parameter stands for, or the nearest one that is allowed; <see langword="null"/> if none was found.</summary>
    internal SweepPoint? PointOf(Parameter parameter) => _space.PointOf(setting => ValueOf(parameter, setting));

    private static OptionBase OptionOf(SweepSetting setting, object start)
    {
        if (setting.Values.Count > 0)
            return new ChoiceOption([.. setting.Values.Select(Plain)], Plain(start));
        double first = Convert.ToDouble(start, CultureInfo.InvariantCulture);
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
        return at.ParameterType switch
        {
            ParameterType.String => at.AsType<string>(),
            ParameterType.Bool => at.AsType<bool>(),
            _ => at.AsType<double>(),
        };
    }

    private static object Plain(object value) => value is Enum ? value.ToString()! : value;
}
