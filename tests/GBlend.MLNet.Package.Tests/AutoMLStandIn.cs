namespace GBlend.MLNet.Package.Tests;

/// <summary>A package with those members of Microsoft.ML.AutoML, by name and signature, that the bridge and its test use.</summary>
internal static class AutoMLStandIn
{
    internal const string Source = """
        using Microsoft.ML;
        using Microsoft.ML.SearchSpace;
        using Microsoft.ML.SearchSpace.Option;

        namespace Microsoft.ML.AutoML
        {
            public sealed class AutoCatalog
            {
                public AutoMLExperiment CreateExperiment() => new();
            }

            public static class AutoExtensions
            {
                public static AutoCatalog Auto(this MLContext context) => new();

                public static SweepablePipeline Append(this IEstimator<ITransformer> first, SweepableEstimator second) => new();
            }

            public sealed class SweepablePipeline;

            public sealed class TrialResult;

            public enum MulticlassClassificationMetric { MicroAccuracy }

            public sealed class AutoMLExperiment
            {
                public AutoMLExperiment SetPipeline(SweepablePipeline pipeline) => this;

                public AutoMLExperiment SetDataset(IDataView train, IDataView test) => this;

                public AutoMLExperiment SetMulticlassClassificationMetric(MulticlassClassificationMetric metric, string labelColumn) => this;

                public AutoMLExperiment SetTrainingTimeInSeconds(uint seconds) => this;

                public Task<TrialResult> RunAsync() => throw new NotSupportedException();
            }

            public class SweepableEstimator(Func<MLContext, Parameter, IEstimator<ITransformer>> factory, Microsoft.ML.SearchSpace.SearchSpace searchSpace)
            {
                public Microsoft.ML.SearchSpace.SearchSpace SearchSpace { get; } = searchSpace;

                public IEstimator<ITransformer> BuildFromOption(MLContext context, Parameter parameter) => factory(context, parameter);
            }
        }

        namespace Microsoft.ML.SearchSpace
        {
            public enum ParameterType { Integer, Number, Bool, String, Object, Array }

            public sealed class Parameter(object value)
            {
                public ParameterType ParameterType => value switch
                {
                    string => ParameterType.String,
                    bool => ParameterType.Bool,
                    int or long => ParameterType.Integer,
                    double => ParameterType.Number,
                    _ => ParameterType.Object,
                };

                public Parameter this[string key] => ((IReadOnlyDictionary<string, Parameter>)value)[key];

                public T AsType<T>() => (T)Convert.ChangeType(value, typeof(T));
            }

            public class SearchSpace : OptionBase
            {
                private readonly Dictionary<string, OptionBase> _options = [];

                public OptionBase this[string key] { get => _options[key]; set => _options[key] = value; }

                public bool ContainsKey(string key) => _options.ContainsKey(key);

                public override Parameter Start() => new(_options.ToDictionary(o => o.Key, o => o.Value.Start()));
            }
        }

        namespace Microsoft.ML.SearchSpace.Option
        {
            public abstract class OptionBase
            {
                public abstract Parameter Start();
            }

            public sealed class ChoiceOption(object[] choices, object defaultChoice) : OptionBase
            {
                public object[] Choices { get; } = choices;

                public override Parameter Start() => new(defaultChoice);
            }

            public class UniformDoubleOption(double min, double max, bool logBase = false, double? defaultValue = null) : OptionBase
            {
                public override Parameter Start() => new(defaultValue ?? (logBase ? Math.Sqrt(min * max) : (min + max) / 2));
            }

            public class UniformIntOption(int min, int max, bool logBase = false, int? defaultValue = null) : OptionBase
            {
                public override Parameter Start() => new(defaultValue ?? (logBase ? (int)Math.Sqrt(min * max) : (min + max) / 2));
            }
        }
        """;
}
