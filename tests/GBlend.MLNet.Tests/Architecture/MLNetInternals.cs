using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace GBlend.MLNet.Tests.Architecture;

/// <summary>
/// Types and members of ML.NET that are not public, and where sources use them. The sources are compiled under a name that ML.NET calls its friend,
/// so that the compiler knows its internals by the assemblies that are used, whatever was opened to build the library.
/// </summary>
internal static class MLNetInternals
{
    private const string Friend = "Microsoft.ML.TorchSharp";

    /// <summary>The uses in some sources, each once per file, as they are declared.</summary>
    /// <param name="sources">Path and text of each file.</param>
    internal static IReadOnlyList<(string File, string Name)> UsedBy(IEnumerable<(string Path, string Text)> sources)
    {
        var key = typeof(Microsoft.ML.MLContext).Assembly.GetName().GetPublicKey()!.ToImmutableArray();
        var options = new CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary, publicSign: true, cryptoPublicKey: key,
            metadataImportOptions: MetadataImportOptions.All, allowUnsafe: true);
        var compilation = SourceGraph.Compile(sources, Friend, options);
        return [.. compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0).AsParallel()
            .SelectMany(tree => In(tree, compilation.GetSemanticModel(tree)).Select(name => (tree.FilePath, name)))
            .Distinct().OrderBy(use => use.FilePath, StringComparer.Ordinal).ThenBy(use => use.name, StringComparer.Ordinal)];
    }

    /// <summary>Names, and objects that are made without naming a constructor.</summary>
    private static IEnumerable<string> In(SyntaxTree tree, SemanticModel model) => tree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax)
        .Where(node => node is SimpleNameSyntax or BaseObjectCreationExpressionSyntax)
        .Select(node => model.GetSymbolInfo(node)).Select(info => info.Symbol ?? info.CandidateSymbols.FirstOrDefault())
        .Where(symbol => symbol is not (null or INamespaceSymbol or IParameterSymbol) && IsOfMLNet(symbol) && !IsPublic(symbol))
        .Select(symbol => Name(symbol!));

    private static bool IsOfMLNet(ISymbol symbol) =>
        symbol.ContainingAssembly?.Name is { } assembly && assembly.StartsWith("Microsoft.ML", StringComparison.Ordinal) && assembly != Friend;

    /// <summary>What outsiders may name, or override where a type is made for that.</summary>
    private static bool IsPublic(ISymbol symbol)
    {
        for (ISymbol? part = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension
            : symbol; part is not null and not INamespaceSymbol; part = part.ContainingSymbol)
        {
            if (part.DeclaredAccessibility
                is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal or Accessibility.NotApplicable))
                return false;
        }
        return true;
    }

    /// <summary>A type, or a member by its type and name, overloads and generic arguments apart.</summary>
    private static string Name(ISymbol symbol) => symbol is INamedTypeSymbol type
        ? type.OriginalDefinition.ToDisplayString(s_plain)
        : $"{symbol.ContainingType.OriginalDefinition.ToDisplayString(s_plain)}.{(symbol.Name == ".ctor" ? "new" : symbol.Name)}";

    private static readonly SymbolDisplayFormat s_plain = new(typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);
}
