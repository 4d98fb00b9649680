using System.Reflection;
using Microsoft.ML;

namespace GBlend.MLNet.Tables;

/// <summary>
/// Boosted trees as a member of the pool: LightGBM where the application references Microsoft.ML.LightGbm, on which this library does not depend, else
/// FastTree.
/// </summary>
internal static class TreeMembers
{
    /// <summary>With more classes FastTree, which learns each against all others, takes too long.</summary>
    private const int MostClassesOfFastTree = 10;

    private const string Extensions = "Microsoft.ML.LightGbmExtensions, Microsoft.ML.LightGbm";

    /// <summary>What an application finds where it says nothing.</summary>
    /// <param name="task">The task.</param>
    /// <param name="classes">The number of classes, where there are classes.</param>
    internal static IReadOnlyList<Member> Find(TableTask task, int classes) => Find(task, classes, Type.GetType(Extensions, throwOnError: false));

    /// <param name="task">The task.</param>
    /// <param name="classes">The number of classes, where there are classes.</param>
    /// <param name="lightGbm">The extension methods of LightGBM; <see langword="null"/> where it is not referenced.</param>
    internal static IReadOnlyList<Member> Find(TableTask task, int classes, Type? lightGbm)
    {
        if (lightGbm is not null && MethodOf(lightGbm, CatalogOf(task)) is { } method)
        {
            string code = $"(ml, label, features, weight) => ml.{PipelineCode.Catalog(task, forMember: true)}.Trainers.LightGbm(label, features, weight)";
            return [new Member("LightGBM", (ml, label, features, weight) => Call(method, Trainers(ml, task), label, features, weight), code)];
        }
        return task switch
        {
            TableTask.Multiclass when classes > MostClassesOfFastTree => [],
            TableTask.Multiclass => [new Member("FastTree", (ml, label, features, weight) => ml.MulticlassClassification.Trainers.OneVersusAll(
                ml.BinaryClassification.Trainers.FastTree(label, features, weight), label))],
            TableTask.Regression => [new Member("FastTree", (ml, label, features, weight) => ml.Regression.Trainers.FastTree(label, features, weight))],
            _ => [new Member("FastTree", (ml, label, features, weight) => ml.BinaryClassification.Trainers.FastTree(label, features, weight))],
        };
    }

    private static Type CatalogOf(TableTask task) => task switch
    {
        TableTask.Multiclass => typeof(MulticlassClassificationCatalog.MulticlassClassificationTrainers),
        TableTask.Regression => typeof(RegressionCatalog.RegressionTrainers),
        _ => typeof(BinaryClassificationCatalog.BinaryClassificationTrainers),
    };

    private static object Trainers(MLContext ml, TableTask task) => task switch
    {
        TableTask.Multiclass => ml.MulticlassClassification.Trainers,
        TableTask.Regression => ml.Regression.Trainers,
        _ => ml.BinaryClassification.Trainers,
    };

    /// <summary>LightGbm(catalog, label, features, weight, ...) whose further arguments have defaults.</summary>
    private static MethodInfo? MethodOf(Type extensions, Type catalog) => extensions.GetMethods(BindingFlags.Static | BindingFlags.Public).FirstOrDefault(
        method => method.Name == "LightGbm" && method.GetParameters() is [var first, var label, var features, var weight, .. var others]
            && first.ParameterType == catalog && new[] { label, features, weight }.All(p => p.ParameterType == typeof(string))
            && others.All(p => p.HasDefaultValue));

    private static IEstimator<ITransformer> Call(MethodInfo method, object trainers, string label, string features, string? weight)
    {
        object?[] arguments = [trainers, label, features, weight, .. method.GetParameters().Skip(4).Select(p => p.DefaultValue)];
        return (IEstimator<ITransformer>)method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }
}
