// Compiled in projects that reference Microsoft.ML.AutoML: this library does not, and so brings nobody that package.
#nullable enable
using System;
using System.Globalization;
using System.Linq;
using GBlend.MLNet;
using GBlend.MLNet.AutoML;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace Microsoft.ML.AutoML
{
    /// <summary>The way from Microsoft.ML.AutoML to the Gradient Blending trainer.</summary>
    internal static class GradientBlendingAutoCatalog
    {
        /// <summary>
        /// Makes a sweepable trainer for pipelines and experiments of Microsoft.ML.AutoML. It stops within a batch when the experiment is canceled or its
        /// time is over; a training that diverges fails its trial, the first one too, and does not end the experiment. A combination of settings that
        /// the space does not accept is tried as the nearest one that it does.
        /// </summary>
        /// <param name="catalog"><c>mlContext.Auto()</c>.</param>
        /// <param name="options">
        /// The trainer's options. What does not vary stays as it is here. What varies begins here, or, where the space does not hold the trainer's value,
        /// at the nearest one that it holds; a warning in the context's log then names both.
        /// </param>
        /// <param name="space">What varies; by default <see cref="SweepSpaces.For(GradientBlendingTrainer.Options)"/> the options.</param>
        /// <param name="task">The catalog that the trainer is of; by default multi-class classification.</param>
        /// <returns>The sweepable trainer, for one experiment at a time.</returns>
        /// <exception cref="ArgumentException">The options have no modality, or the space is over other settings or for other columns.</exception>
        internal static SweepableEstimator GradientBlending(
            this AutoCatalog catalog,
            GradientBlendingTrainer.Options options,
            SweepSpace? space = null,
            SweepTask task = SweepTask.Multiclass)
        {
            ArgumentNullException.ThrowIfNull(catalog);
            var search = new ExternalSearch(options, space, task);
            return new SweepableEstimator((context, parameter) => search.CreateTrainer(context, setting => ValueOf(parameter, setting)), SpaceOf(search));
        }

        private static SearchSpace.SearchSpace SpaceOf(ExternalSearch search)
        {
            var all = new SearchSpace.SearchSpace();
            foreach (var setting in search.Settings)
            {
                string[] names = setting.Path.Split('.');
                var nest = all;
                foreach (string name in names.SkipLast(1))
                {
                    if (!nest.ContainsKey(name))
                        nest[name] = new SearchSpace.SearchSpace();
                    nest = (SearchSpace.SearchSpace)nest[name];
                }
                nest[names[^1]] = OptionOf(setting, search.StartOf(setting));
            }
            return all;
        }

        private static OptionBase OptionOf(SweepSetting setting, object start)
        {
            if (setting.Values.Count > 0)
                return new ChoiceOption(setting.Values.Select(Plain).ToArray(), Plain(start));
            double first = Convert.ToDouble(start, CultureInfo.InvariantCulture);
            // AutoML never draws the maximum of whole numbers, so it gets one more, which is brought down again.
            return setting.Count is null
                ? new UniformDoubleOption(setting.Least, setting.Most, setting.IsLogarithmic, first)
                : new UniformIntOption((int)setting.Least, (int)setting.Most + 1, setting.IsLogarithmic, (int)first);
        }

        // Values are read one by one: the way through Parameter.AsType of a class loses some types without a word.
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
}
